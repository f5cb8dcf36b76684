/** A sentence that matters: what went wrong, or that something is away. */

import type { ComponentChildren } from "preact";
import { mayPass, type Refusal } from "../refusal";

/** Says it at once to whoever can't see it. */
export function Problem({ children }: { children: ComponentChildren }) {
  return (
    <p class="notice bad" role="alert">
      {children}
    </p>
  );
}

/** Why a call failed; nothing where none did. */
export function Refused({ why }: { why: Refusal | null }) {
  if (why === null) return null;
  return (
    <Problem>
      {why.message} {why.reason && <code>{why.reason}</code>}
    </Problem>
  );
}

/** Why nothing new is shown, and whether that is tried again; nothing where nothing is amiss. */
export function Silent({ why }: { why: Refusal | null }) {
  if (why === null || !mayPass(why)) return <Refused why={why} />;
  return <p class="notice">What stands here isn’t live; it is tried again. {why.message}</p>;
}
