/** Asking: one answer for a component, and a fresh one every so often while it is shown. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { pause } from "./pause";
import { mayPass, refusalOf, type Refusal } from "./refusal";
import { visible } from "./visibility";

/** When what is asked once is asked again after a failure that may pass. */
const AGAIN_SECONDS = 3;

export interface Answer<T> {
  /** The last good answer; undefined before the first. */
  value: T | undefined;
  /** Why the last question got none; null when it did. */
  refusal: Refusal | null;
  /** Ask again at once. */
  again(): void;
}

/** The answer to `ask`, asked again when `key` changes, and every so many seconds; 0: once. */
export function useAnswer<T>(ask: (stop: AbortSignal) => Promise<T>, key: string, everySeconds = 0): Answer<T> {
  const [value, setValue] = useState<T | undefined>();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [round, setRound] = useState(0);
  const isSeen = visible.value;
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (!isSeen) return undefined;
    const stopping = new AbortController();
    const answered = (found: T) => {
      setValue(found);
      setRefusal(null);
    };
    const askNow = (stop: AbortSignal) => latest.current(stop);
    void keepAsking(askNow, answered, setRefusal, everySeconds, stopping.signal);
    return () => stopping.abort();
  }, [key, everySeconds, isSeen, round]);
  const again = useCallback(() => setRound((one) => one + 1), []);
  return { value, refusal, again };
}

/** Ask, and again: every so often, and soon where what failed may pass. */
async function keepAsking<T>(
  ask: (stop: AbortSignal) => Promise<T>,
  answered: (found: T) => void,
  refused: (why: Refusal) => void,
  everySeconds: number,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    let isDone = everySeconds === 0;
    try {
      const found = await askOnce(ask, stop);
      if (!stop.aborted) answered(found);
    } catch (error) {
      const refusal = refusalOf(error);
      if (!stop.aborted) refused(refusal);
      isDone &&= !mayPass(refusal);
    }
    if (isDone) return;
    await pause((everySeconds || AGAIN_SECONDS) * 1000, stop);
  }
}

/** By a signal of its own: a call leaves its listeners on the signal it is given, and `stop` outlives thousands. */
async function askOnce<T>(ask: (stop: AbortSignal) => Promise<T>, stop: AbortSignal): Promise<T> {
  const own = new AbortController();
  const end = () => own.abort();
  stop.addEventListener("abort", end);
  try {
    return await ask(own.signal);
  } finally {
    stop.removeEventListener("abort", end);
  }
}
