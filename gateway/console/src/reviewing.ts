/** A review as it gets on: its whole, and each of its files as it ended. */

import { useState } from "preact/hooks";
import { ENDLESS, reviews } from "./connection";
import { useFollowing, type Silence } from "./following";
import type { FileReview, Review } from "./stubs/atelier/reviewer/v1/review_service_pb";

export interface Reviewing {
  /** Undefined before it is first heard of. */
  review: Review | undefined;
  files: FileReview[];
  silence: Silence;
  /** Follow it from anew, as after it was steered or a finding was dismissed. */
  again(): void;
}

export function useReview(reviewId: string): Reviewing {
  const [review, setReview] = useState<Review | undefined>();
  const [files, setFiles] = useState<ReadonlyMap<string, FileReview>>(new Map());
  const [round, setRound] = useState(0);
  const take = (told: readonly FileReview[]) =>
    setFiles((known) => new Map([...known, ...told.map((file) => [file.path, file] as const)]));
  const hear = (told: Review | undefined) => {
    setReview(told);
    take(told?.files ?? []);
  };
  const silence = useFollowing(
    (signal) => reviews.watchReview({ reviewId }, { signal, ...ENDLESS }),
    (message) => hear(message.review),
    `${reviewId} ${round}`,
  );
  return {
    review,
    files: [...files.values()],
    silence,
    again: () => setRound(round + 1),
  };
}
