/** The tokens that reviews have used in the month, adding up. */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Point } from "./balance";
import type { Review } from "./stubs/atelier/reviewer/v1/review_service_pb";

/** What was used in the calendar month of UTC that `now` lies in, after each review. `reviews`: the newest first. */
export function usageOf(reviews: readonly Review[], now: Date): Point[] {
  const begin = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  let used = 0;
  const points: Point[] = [{ time: begin, value: 0 }];
  for (const { createTime, usage } of [...reviews].reverse()) {
    if (createTime === undefined || usage === undefined || timestampDate(createTime) < begin) continue;
    used += Number(usage.inputTokens + usage.outputTokens);
    points.push({ time: timestampDate(createTime), value: used });
  }
  return points;
}
