/** A form that submits work: one button, busy while it is sent, and why it was refused. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { announce } from "../announcement";
import { refusalOf, type Refusal } from "../refusal";
import { Refused } from "./notice";

interface SubmissionProps {
  /** What is submitted, such as `a scan`. */
  title: string;
  button: string;
  /** Whether there is something to submit. */
  isReady: boolean;
  /** Sends it; may throw ConnectError. */
  send(): Promise<void>;
  children: ComponentChildren;
}

export function Submission({ title, button, isReady, send, children }: SubmissionProps) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setBusy(true);
    setRefusal(null);
    try {
      await send();
      announce(`${title} was accepted`);
    } catch (error) {
      setRefusal(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <form class="panel" aria-label={title} onSubmit={(event) => void submit(event)}>
      <h2>{title}</h2>
      {children}
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={isBusy || !isReady}>
          {isBusy ? "Sending…" : button}
        </button>
      </div>
      <Refused why={refusal} />
    </form>
  );
}
