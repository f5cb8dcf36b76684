/** The jobs of all services as they change, and their queues. A service that is away is told of in its own place. */

import { useState } from "preact/hooks";
import { useAnswer } from "../asking";
import { useBoard } from "../board";
import { gateway } from "../connection";
import { isAway, services } from "../health";
import { Choice } from "../parts/field";
import { Refused, Silent } from "../parts/notice";
import { State } from "../parts/state";
import { isAbsence } from "../refusal";
import { isOperator } from "../session";
import type { GatewayLoad, SystemService } from "../stubs/atelier/gateway/v1/gateway_service_pb";
import { State as JobState } from "../stubs/atelier/jobs/v1/jobs_service_pb";
import { counted } from "../wording";
import { JobRow } from "./job_row";
import { Queues } from "./queues";

const EVERY_SECONDS = 3;
const FILTERS = {
  latest: [],
  unfinished: [JobState.SCHEDULED, JobState.QUEUED, JobState.RUNNING],
  failed: [JobState.FAILED],
} as const;
const FILTER_NAMES = [
  ["latest", "the latest"],
  ["unfinished", "those that haven’t ended"],
  ["failed", "those that failed"],
] as const;

export function Jobs() {
  const [filter, setFilter] = useState<keyof typeof FILTERS>("latest");
  return (
    <>
      <div class="title">
        <h1>Jobs</h1>
        <Choice
          label="Show"
          value={filter}
          options={FILTER_NAMES}
          choose={(value) => setFilter(value as keyof typeof FILTERS)}
        />
      </div>
      {isOperator() ? <WithQueues states={FILTERS[filter]} /> : <Boards states={FILTERS[filter]} system={[]} />}
      {services.value.size === 0 && <p class="quiet">Asking which services there are…</p>}
    </>
  );
}

function WithQueues({ states }: { states: readonly JobState[] }) {
  const { value, refusal } = useAnswer((signal) => gateway.getSystem({}, { signal }), "system", EVERY_SECONDS);
  return (
    <>
      <Refused why={refusal} />
      {value?.load && <Load of={value.load} />}
      <Boards states={states} system={value?.services ?? []} />
    </>
  );
}

/** What passes the gateway. */
function Load({ of }: { of: GatewayLoad }) {
  return (
    <p class="quiet">
      The gateway has {counted(of.calls, "call")} under way and ends {of.callsPerSecond.toFixed(1)} a second; it turns
      away {of.shedPerSecond.toFixed(1)} for load and {of.limitedPerSecond.toFixed(1)} by limits.
    </p>
  );
}

function Boards({ states, system }: { states: readonly JobState[]; system: readonly SystemService[] }) {
  return (
    <>
      {[...services.value.keys()].map((name) => (
        <Service key={name} name={name} states={states} told={system.find((one) => one.name === name)} />
      ))}
    </>
  );
}

interface ServiceProps {
  name: string;
  states: readonly JobState[];
  told: SystemService | undefined;
}

function Service({ name, states, told }: ServiceProps) {
  const board = useBoard(name, states);
  const away = isAway(name) || (board.silence !== null && isAbsence(board.silence));
  return (
    <section class="panel" aria-label={name}>
      <h2>
        {name} <State word={away ? "away" : "serving"} /> {told?.version && <small>{told.version}</small>}
      </h2>
      <Silent why={board.silence} />
      {told && told.queues.length > 0 && <Queues service={name} queues={told.queues} />}
      {board.jobs?.length === 0 && <p class="quiet">No jobs.</p>}
      {board.jobs !== undefined && board.jobs.length > 0 && (
        <ul class="rows" aria-label={`jobs of ${name}`}>
          {board.jobs.map((job) => (
            <JobRow key={job.name} job={job} changed={board.hear} />
          ))}
        </ul>
      )}
    </section>
  );
}
