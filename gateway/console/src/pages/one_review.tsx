/** One review as it gets on, each file as it ends, its findings in the code. */

import { useMemo, useState } from "preact/hooks";
import { reviews } from "../connection";
import { Action } from "../parts/action";
import { Bar } from "../parts/bar";
import { Silent } from "../parts/notice";
import { State } from "../parts/state";
import { useReview } from "../reviewing";
import { link } from "../route";
import {
  ReviewOutcome,
  ReviewState,
  Severity,
  type Finding,
  type Review,
} from "../stubs/atelier/reviewer/v1/review_service_pb";
import { codeOf } from "../submitted_code";
import { count, counted, when, word } from "../wording";
import { Dismissal } from "./dismissal";
import { ReviewedFile } from "./reviewed_file";

/** As `FindingCounts.by_severity` orders them. */
const SEVERITIES = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO];

export function OneReview({ id }: { id: string }) {
  const { review, files, silence, again } = useReview(id);
  const [dismissing, setDismissing] = useState<Finding | null>(null);
  const code = useMemo(() => codeOf(id), [id]);
  return (
    <>
      <p>
        <a href={link("reviews")}>All reviews</a>
      </p>
      <Title id={id} review={review} changed={again} />
      <Silent why={silence} />
      {review && <Outcome review={review} />}
      {files.map((file) => (
        <ReviewedFile key={file.path} file={file} code={code.get(file.path)} dismiss={setDismissing} />
      ))}
      {dismissing && <Dismissal finding={dismissing} close={() => setDismissing(null)} dismissed={again} />}
    </>
  );
}

function Title({ id, review, changed }: { id: string; review: Review | undefined; changed: () => void }) {
  const cancel = () => reviews.cancelReview({ reviewId: id }).then(changed);
  return (
    <div class="title">
      <h1>
        Review {review?.project} {review && when(review.createTime)}
      </h1>
      {review && <State word={word(ReviewState, review.state)} />}
      {review?.state === ReviewState.RUNNING && (
        <Action done="The review was cancelled" act={cancel}>
          Cancel
        </Action>
      )}
    </div>
  );
}

function Outcome({ review }: { review: Review }) {
  const { counts, usage } = review;
  const severities = SEVERITIES.map((one, index) => [word(Severity, one), counts?.bySeverity[index] ?? 0] as const);
  return (
    <div class="panel">
      <Bar progress={review.progress} label="the review" />
      <p>
        <State word={word(ReviewOutcome, review.outcome)} />{" "}
        {counts && counted(counts.added + counts.persisting, "finding")}
        {severities.some(([, number]) => number > 0) && ": "}
        {severities.map(
          ([name, number]) =>
            number > 0 && (
              <>
                {count(number)} <State word={name} />{" "}
              </>
            ),
        )}
      </p>
      <p class="quiet">
        {counts && `${count(counts.added)} new, ${count(counts.fixed)} fixed, ${count(counts.dismissed)} dismissed; `}
        {usage && `${counted(usage.inputTokens + usage.outputTokens, "token")} used`}
      </p>
    </div>
  );
}
