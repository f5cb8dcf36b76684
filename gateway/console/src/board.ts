/** The jobs of one service as they change: what a list told, and what was heard since. */

import { useRef, useState } from "preact/hooks";
import { useAnswer } from "./asking";
import { ENDLESS, jobs } from "./connection";
import { useFollowing, type Silence } from "./following";
import { State, type Job } from "./stubs/atelier/jobs/v1/jobs_service_pb";

/** How often the list is asked for again, which puts right what a break in the stream has missed. */
const EVERY_SECONDS = 15;
const MOST = 40;
/** Of what was heard; more has changed since the last list only where that is long ago. */
const MOST_HEARD = 1000;

interface Heard {
  job: Job;
  at: number;
}

export interface Board {
  /** The newest first; undefined before the first answer. */
  jobs: Job[] | undefined;
  /** Why nothing new is told at the moment; null: it is. */
  silence: Silence;
  /** Take a job as it is now. */
  hear(job: Job): void;
}

/** The service's newest jobs in one of these states; none means any. */
export function useBoard(service: string, states: readonly State[]): Board {
  const heard = useRef(new Map<string, Heard>());
  const [, setRound] = useState(0);
  const key = `${service} ${states.join()}`;
  const hear = (told: readonly Job[]) => {
    for (const job of told) {
      // Deleted first, so that the first of the map is the one that was heard of longest ago.
      heard.current.delete(job.name);
      heard.current.set(job.name, { job, at: performance.now() });
    }
    for (const name of [...heard.current.keys()].slice(0, -MOST_HEARD)) heard.current.delete(name);
    setRound((round) => round + 1);
  };
  const silence = useFollowing(
    (signal) => jobs.watchJobs({ parent: service }, { signal, ...ENDLESS }),
    (message) => hear(message.jobs),
    key,
  );
  const { value, refusal } = useAnswer((signal) => list(service, states, signal), key, EVERY_SECONDS);
  const since = value?.askedAt ?? 0;
  for (const [name, { at }] of heard.current) if (at < since) heard.current.delete(name);
  const fresh = [...heard.current.values()].map(({ job }) => job);
  return {
    jobs: value && merged(value.jobs, fresh, states),
    silence: silence ?? refusal,
    hear: (job) => hear([job]),
  };
}

async function list(service: string, states: readonly State[], signal: AbortSignal) {
  const askedAt = performance.now();
  const answer = await jobs.listJobs({ parent: service, states: [...states], pageSize: MOST }, { signal });
  return { jobs: answer.jobs, askedAt };
}

/** The list with what was heard after it was asked for, which is newer. */
function merged(listed: readonly Job[], fresh: readonly Job[], states: readonly State[]): Job[] {
  const all = new Map([...listed, ...fresh].map((job) => [job.name, job]));
  return [...all.values()]
    .filter((job) => states.length === 0 || states.includes(job.state))
    .sort((one, other) => createdAt(other) - createdAt(one))
    .slice(0, MOST);
}

function createdAt(job: Job): number {
  return Number(job.createTime?.seconds ?? 0n) * 1e9 + (job.createTime?.nanos ?? 0);
}
