/** A list of the newest first, kept fresh; more of it when asked for. */

import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import { useAnswer } from "../asking";
import { Refused } from "./notice";

const EVERY_SECONDS = 5;
const STEP = 20;
const MOST = 1000;

export interface Page<T> {
  items: T[];
  nextPageToken: string;
}

interface ListingProps<T> {
  /** What is listed, such as `scans`. */
  noun: string;
  ask(pageSize: number, stop: AbortSignal): Promise<Page<T>>;
  draw(item: T): ComponentChild;
}

export function Listing<T>({ noun, ask, draw }: ListingProps<T>) {
  const [size, setSize] = useState(STEP);
  const { value, refusal, again } = useAnswer((stop) => ask(size, stop), noun, EVERY_SECONDS);
  const extend = () => {
    setSize(size + STEP);
    again();
  };
  return (
    <>
      <Refused why={refusal} />
      {value === undefined && refusal === null && <p class="quiet">Asking…</p>}
      {value?.items.length === 0 && <p class="quiet">There are no {noun} yet.</p>}
      {value !== undefined && value.items.length > 0 && (
        <ul class="rows" aria-label={noun}>
          {value.items.map((item) => (
            <li>{draw(item)}</li>
          ))}
        </ul>
      )}
      {value?.nextPageToken && size < MOST && (
        <button type="button" onClick={extend}>
          Show more {noun}
        </button>
      )}
    </>
  );
}
