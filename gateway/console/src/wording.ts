/** Numbers, times, sums and words of the protocol, as people read them. */

import { timestampDate, type Duration, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { Money } from "./stubs/google/type/money_pb";

const counting = new Intl.NumberFormat("en");
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** `12,345` */
export function count(number: number | bigint): string {
  return counting.format(number);
}

/** `1 image`, `2 images` */
export function counted(number: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count(number)} ${Number(number) === 1 ? noun : plural}`;
}

/** `22 Nov 2026, 17:05`; empty where there is none. */
export function when(time: Timestamp | Date | undefined): string {
  if (time === undefined) return "";
  return moment.format(time instanceof Date ? time : timestampDate(time));
}

/** A length of time in its largest unit: `0.2 s`, `12 s`, `3 min`. */
export function span(seconds: number): string {
  for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
}

/** A duration's seconds; 0 where there is none. */
export function secondsOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) + duration.nanos / 1e9;
}

/** `1,204.50 USD, 3.00 EUR`; a sum loses nothing of what it has beyond cents. */
export function sums(values: Money[]): string {
  return values.map(sum).join(", ");
}

/** A name of an enum in lower case, without its prefix: `PARTIALLY_SUCCEEDED` is `partially succeeded`. */
export function word(names: Record<number, string>, value: number): string {
  const name = names[value] ?? "";
  return name === "UNSPECIFIED" ? "" : name.toLowerCase().replaceAll("_", " ");
}

function sum(one: Money): string {
  const parts = one.nanos.toString().padStart(9, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${count(one.units)}.${parts} ${one.currencyCode}`;
}
