/** A button that does something which takes its time and may be refused. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../announcement";
import { refusalOf, type Refusal } from "../refusal";
import { Refused } from "./notice";

interface ActionProps {
  /** What it does, where the text alone doesn't say it, such as `Cancel scan 1f3a`. */
  label?: string;
  /** What is said once it is done. */
  done: string;
  act(): Promise<unknown>;
  children: ComponentChildren;
}

export function Action({ label, done, act, children }: ActionProps) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const press = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await act();
      announce(done);
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  // Disabled it would lose the focus.
  return (
    <>
      <button type="button" aria-label={label} aria-disabled={isBusy} onClick={() => !isBusy && void press()}>
        {children}
      </button>
      <Refused why={refusal} />
    </>
  );
}
