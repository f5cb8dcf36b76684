/** Reviews: submitting code, those there are, and one with its findings as they come. */

import { reviews } from "../connection";
import type { PageProps } from "../pages";
import { Bar } from "../parts/bar";
import { Listing } from "../parts/listing";
import { State } from "../parts/state";
import { link } from "../route";
import { session } from "../session";
import { ReviewState, type Review } from "../stubs/atelier/reviewer/v1/review_service_pb";
import { counted, when, word } from "../wording";
import { NewReview } from "./new_review";
import { OneReview } from "./one_review";

export function Reviews({ subject }: PageProps) {
  if (subject) return <OneReview id={subject} />;
  return (
    <>
      <h1>Reviews</h1>
      <NewReview />
      <section class="panel" aria-label="Your reviews">
        <h2>Your reviews</h2>
        <Listing noun="reviews" ask={list} draw={(review) => <Row review={review} />} />
      </section>
    </>
  );
}

async function list(pageSize: number, signal: AbortSignal) {
  const answer = await reviews.listReviews({ owner: session.peek()?.subject ?? "", pageSize }, { signal });
  return { items: answer.reviews, nextPageToken: answer.nextPageToken };
}

function Row({ review }: { review: Review }) {
  const { counts } = review;
  return (
    <span class="entry">
      <a href={link("reviews", review.reviewId)}>{when(review.createTime)}</a>
      <State word={word(ReviewState, review.state)} />
      <span>{review.project || review.kind}</span>
      <Bar progress={review.progress} label={`review ${review.reviewId}`} />
      {counts && <span>{counted(counts.added + counts.persisting, "finding")}</span>}
    </span>
  );
}
