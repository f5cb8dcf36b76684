/** Following a stream: opened again whenever it breaks, until it is over, refused, or not wanted any more. */

import { useEffect, useState } from "preact/hooks";
import { leaveIfUnknown } from "./connection";
import { pause } from "./pause";
import { mayPass, refusalOf, type Refusal } from "./refusal";
import { visible } from "./visibility";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** Why nothing is heard at the moment; null: there is nothing to tell. */
export type Silence = Refusal | null;

interface Ear<T> {
  /** Opens the stream. */
  open(stop: AbortSignal): AsyncIterable<T>;
  /** Takes what it says. */
  hear(message: T): void;
  /** Takes why it fell silent, and null when it speaks again. */
  fallSilent(why: Silence): void;
}

/** Follow the stream until it ends well, is refused for good, or `stop` is aborted. */
export async function follow<T>(ear: Ear<T>, stop: AbortSignal): Promise<void> {
  let wait = FIRST_PAUSE_MS;
  while (!stop.aborted) {
    try {
      for await (const message of ear.open(stop)) {
        if (stop.aborted) return;
        wait = FIRST_PAUSE_MS;
        ear.fallSilent(null);
        ear.hear(message);
      }
      return;
    } catch (error) {
      if (stop.aborted) return;
      leaveIfUnknown(error);
      const refusal = refusalOf(error);
      ear.fallSilent(refusal);
      if (!mayPass(refusal)) return;
    }
    // Half of it by chance, so that many consoles don't come back at once.
    await pause(wait * (0.5 + Math.random() / 2), stop);
    wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
  }
}

/** Follow a stream while the component is shown, from anew whenever `key` changes; gives why nothing is heard. */
export function useFollowing<T>(
  open: (stop: AbortSignal) => AsyncIterable<T>,
  hear: (message: T) => void,
  key: string,
): Silence {
  const [silence, fallSilent] = useState<Silence>(null);
  const isSeen = visible.value;
  useEffect(() => {
    if (!isSeen) return undefined;
    const stopping = new AbortController();
    void follow({ open, hear, fallSilent }, stopping.signal);
    return () => stopping.abort();
  }, [key, isSeen]);
  return silence;
}
