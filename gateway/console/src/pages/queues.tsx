/** A service's queues in figures. */

import { State } from "../parts/state";
import type { Queue } from "../stubs/atelier/jobs/v1/jobs_service_pb";
import { count, secondsOf, span } from "../wording";

export function Queues({ service, queues }: { service: string; queues: readonly Queue[] }) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={`Queues of ${service}`}>
      <table aria-label={`Queues of ${service}`}>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Waiting</th>
            <th scope="col">Oldest</th>
            <th scope="col">Running</th>
            <th scope="col">Failed</th>
            <th scope="col">Ended/s</th>
            <th scope="col">Workers</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <Row queue={queue} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ queue }: { queue: Queue }) {
  return (
    <tr>
      <th scope="row">
        {queue.name.slice(queue.name.lastIndexOf("/") + 1)} {queue.paused && <State word="paused" />}
        {queue.stuck && <State word="stuck" />}
      </th>
      <td>{count(queue.waiting + queue.scheduled)}</td>
      <td>{queue.oldestAge ? span(secondsOf(queue.oldestAge)) : "–"}</td>
      <td>{count(queue.running)}</td>
      <td>{count(queue.failed)}</td>
      <td>{queue.throughput.toFixed(1)}</td>
      <td>{queue.workers.filter((worker) => !worker.lost).length}</td>
    </tr>
  );
}
