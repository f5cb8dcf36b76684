/**
 * An attempt to submit something: its `request_id` stays the same until it was accepted or what is sent has changed, so
 * that a second press of the button after a lost answer makes nothing twice.
 */

import { useRef } from "preact/hooks";

/** Gives the id of the attempt to send `content`; `accepted` ends the attempt. */
export function useAttempt(): { idFor(content: string): string; accepted(): void } {
  const current = useRef({ content: "", id: "" });
  return {
    idFor: (content) => {
      if (current.current.id === "" || current.current.content !== content) current.current = { content, id: newId() };
      return current.current.id;
    },
    accepted: () => {
      current.current = { content: "", id: "" };
    },
  };
}

/** A random id. `crypto.randomUUID` is there under TLS and on localhost only. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
