/** Which services there are and whether they serve, asked of the gateway every few seconds. It needs no token. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "./announcement";
import { useAnswer } from "./asking";

const EVERY_SECONDS = 2;
const LONGEST_MS = 4_000;
const METHOD = "/grpc.health.v1.Health/List";

interface Listed {
  statuses?: Record<string, { status?: string }>;
}

/** Whether each service serves, by name; empty before the first answer. */
export const services = signal<ReadonlyMap<string, boolean>>(new Map());

/** Whether this service is known to be away. */
export function isAway(service: string): boolean {
  return services.value.get(service) === false;
}

export function Health() {
  const { value, refusal } = useAnswer(list, "health", EVERY_SECONDS);
  useEffect(() => {
    if (value !== undefined) services.value = value;
  }, [value]);
  const away = refusal === null ? [...services.value.keys()].filter(isAway) : ["the gateway"];
  const told = away.length === 0 ? "All services serve" : `Away: ${away.join(", ")}`;
  useEffect(() => announce(away.length === 0 ? "" : told), [told]);
  return <p class={away.length === 0 ? "health" : "health away"}>{told}</p>;
}

async function list(stop: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
  const answer = await fetch(METHOD, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.any([stop, AbortSignal.timeout(LONGEST_MS)]),
  });
  // An error is JSON too, and without this would read as no service being away.
  if (!answer.ok) throw new Error(`health answered ${answer.status}`);
  const { statuses = {} } = (await answer.json()) as Listed;
  const names = Object.keys(statuses).filter(isService).sort();
  return new Map(names.map((name) => [name, statuses[name]?.status === "SERVING"]));
}

/** Health also names the whole (empty), the gateway, gRPC services (dots) and what a service leans on (a slash). */
function isService(name: string): boolean {
  return /^[a-z]+$/.test(name) && name !== "gateway";
}
