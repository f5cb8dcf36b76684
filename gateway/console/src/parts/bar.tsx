/** How far a piece of work is. */

import type { Progress } from "../stubs/atelier/jobs/v1/jobs_service_pb";
import { count } from "../wording";

/** `label`: what gets on. Nothing is shown where the work doesn't tell. */
export function Bar({ progress, label }: { progress: Progress | undefined; label: string }) {
  if (progress === undefined || progress.total === 0n) return null;
  const { done, total } = progress;
  return (
    <span class="bar">
      <progress max={Number(total)} value={Number(done)} aria-label={`Progress of ${label}`} />
      <span>
        {count(done)} of {count(total)}
      </span>
    </span>
  );
}
