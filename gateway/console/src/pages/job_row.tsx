/** One job: what it is, how far, what went wrong, and what can be done about it. */

import { jobs } from "../connection";
import { Action } from "../parts/action";
import { Bar } from "../parts/bar";
import { State } from "../parts/state";
import { isOperator } from "../session";
import { ErrorClass, State as JobState, type Job } from "../stubs/atelier/jobs/v1/jobs_service_pb";
import { when, word } from "../wording";

const WAITING = [JobState.SCHEDULED, JobState.QUEUED, JobState.RUNNING];
const RETRIABLE = [JobState.SCHEDULED, JobState.FAILED, JobState.CANCELLED];

/** `changed` is told of the job after it was steered. */
export function JobRow({ job, changed }: { job: Job; changed: (job: Job) => void }) {
  const name = `${job.kind} ${shortId(job.name)}`;
  return (
    <li class="job">
      <span class="what">
        <strong>{job.kind}</strong> <code title={job.name}>{shortId(job.name)}</code>
        {isOperator() && <small>{job.owner}</small>}
      </span>
      <State word={job.cancelRequested && job.state === JobState.RUNNING ? "stopping" : word(JobState, job.state)} />
      <span class="how">
        <Bar progress={job.progress} label={name} />
        <small>
          {when(job.createTime)}
          {job.attempt > 1 && `, attempt ${job.attempt} of ${job.maxAttempts}`}
        </small>
      </span>
      <span class="actions">
        <Steering job={job} name={name} changed={changed} />
      </span>
      {job.error && (
        <p class="error">
          {word(ErrorClass, job.error.errorClass)}: {job.error.message}
        </p>
      )}
    </li>
  );
}

function Steering({ job, name, changed }: { job: Job; name: string; changed: (job: Job) => void }) {
  const retry = async () => {
    const answer = await jobs.retryJob({ name: job.name });
    if (answer.job) changed(answer.job);
  };
  const cancel = async () => {
    const answer = await jobs.cancelJob({ name: job.name });
    if (answer.job) changed(answer.job);
  };
  return (
    <>
      {RETRIABLE.includes(job.state) && (
        <Action label={`Retry ${name}`} done={`${name} was queued`} act={retry}>
          Retry
        </Action>
      )}
      {WAITING.includes(job.state) && !job.cancelRequested && (
        <Action label={`Cancel ${name}`} done={`${name} was told to stop`} act={cancel}>
          Cancel
        </Action>
      )}
    </>
  );
}

/** The end of a job's id: its beginning is the time, which jobs made together share. */
function shortId(name: string): string {
  return name.slice(-12);
}
