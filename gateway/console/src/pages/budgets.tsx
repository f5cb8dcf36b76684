/** What images and reviews are paid with, over time. */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useAnswer } from "../asking";
import { balancesOf } from "../balance";
import { credits, quotas, reviews } from "../connection";
import { Chart } from "../parts/chart";
import { Refused } from "../parts/notice";
import { session } from "../session";
import { Plan, type Budget } from "../stubs/atelier/reviewer/v1/quota_service_pb";
import type { Review } from "../stubs/atelier/reviewer/v1/review_service_pb";
import { monthOf, usageOf } from "../usage";
import { count, counted, when, word } from "../wording";

const EVERY_SECONDS = 10;
const MOST = 1000;

export function Budgets() {
  return (
    <>
      <h1>Budgets</h1>
      <Credits />
      <Tokens />
    </>
  );
}

function Credits() {
  const { value, refusal } = useAnswer(askCredits, "credits", EVERY_SECONDS);
  return (
    <section class="panel" aria-label="Credits">
      <h2>Credits</h2>
      <Refused why={refusal} />
      {value === undefined && refusal === null && <p class="quiet">Asking…</p>}
      {value && (
        <>
          <p class="figure">
            <strong>{count(value.available)}</strong> to spend, {count(value.reserved)} set aside
          </p>
          <Chart title="Credits over time" unit="credits" points={value.points} />
        </>
      )}
    </section>
  );
}

async function askCredits(signal: AbortSignal) {
  const [{ balance }, { entries }] = await Promise.all([
    credits.getBalance({}, { signal }),
    credits.listEntries({ pageSize: MOST }, { signal }),
  ]);
  const available = balance?.available ?? 0n;
  return { available, reserved: balance?.reserved ?? 0n, points: balancesOf(available, entries) };
}

function Tokens() {
  const { value, refusal } = useAnswer(askTokens, "tokens", EVERY_SECONDS);
  return (
    <section class="panel" aria-label="Reviews">
      <h2>Reviews</h2>
      <Refused why={refusal} />
      {value === undefined && refusal === null && <p class="quiet">Asking…</p>}
      {value?.quota && (
        <>
          <p>
            Plan {word(Plan, value.quota.plan)}; both begin anew on {when(value.quota.resetTime)}.
          </p>
          <Left name="Tokens" of={value.quota.tokens} />
          <Left name="Reviews" of={value.quota.requests} />
          <Chart title="Tokens used this month" unit="tokens" points={value.points} />
        </>
      )}
    </section>
  );
}

async function askTokens(signal: AbortSignal) {
  const begin = monthOf(new Date());
  const [{ quota }, made] = await Promise.all([quotas.getQuota({}, { signal }), reviewsSince(begin, signal)]);
  return { quota, points: usageOf(made, begin) };
}

/** The caller's reviews since then, and some before, the newest first. */
async function reviewsSince(begin: Date, signal: AbortSignal): Promise<Review[]> {
  const owner = session.peek()?.subject ?? "";
  const found: Review[] = [];
  let pageToken = "";
  do {
    const page = await reviews.listReviews({ owner, pageSize: MOST, pageToken }, { signal });
    found.push(...page.reviews);
    pageToken = isSince(begin, found.at(-1)) ? page.nextPageToken : "";
  } while (pageToken !== "");
  return found;
}

function isSince(begin: Date, review: Review | undefined): boolean {
  return review?.createTime !== undefined && timestampDate(review.createTime) >= begin;
}

function Left({ name, of }: { name: string; of: Budget | undefined }) {
  if (of === undefined) return null;
  const spent = of.used + of.reserved;
  return (
    <p class="meter">
      <span>{name}</span>
      <meter
        min={0}
        max={Number(of.limit)}
        value={Number(spent)}
        high={Number(of.limit) * 0.8}
        aria-label={`${name} used`}
      />
      <span>
        {count(spent)} of {counted(of.limit, name.slice(0, -1).toLowerCase())}
      </span>
    </p>
  );
}
