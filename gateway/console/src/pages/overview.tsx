/** What the caller has and what is being done for it, by one call; a service that is away costs its own parts only. */

import type { ComponentChildren } from "preact";
import { useAnswer } from "../asking";
import { gateway } from "../connection";
import { Bar } from "../parts/bar";
import { Refused } from "../parts/notice";
import { State } from "../parts/state";
import { link } from "../route";
import { ActivityState } from "../stubs/atelier/engager/v1/engagement_service_pb";
import { GenerationState } from "../stubs/atelier/generator/v1/generation_service_pb";
import { ReviewState } from "../stubs/atelier/reviewer/v1/review_service_pb";
import { ScanState } from "../stubs/atelier/resolver/v1/scan_service_pb";
import type { GetOverviewResponse } from "../stubs/atelier/gateway/v1/gateway_service_pb";
import { count, counted, sums, when, word } from "../wording";
import { JobRow } from "./job_row";

const EVERY_SECONDS = 5;

export function Overview() {
  const { value, refusal, again } = useAnswer(
    (signal) => gateway.getOverview({}, { signal }),
    "overview",
    EVERY_SECONDS,
  );
  return (
    <>
      <h1>Overview</h1>
      <Refused why={refusal} />
      {value === undefined ? refusal === null && <p class="quiet">Asking every service…</p> : <Parts of={value} />}
      {value !== undefined && value.running.length > 0 && (
        <section class="panel" aria-label="Jobs that haven’t ended">
          <h2>Jobs that haven’t ended</h2>
          <Unended of={value} />
          <ul class="rows">
            {value.running.map((job) => (
              <JobRow key={job.name} job={job} changed={again} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What is left out of the list. */
function Unended({ of }: { of: GetOverviewResponse }) {
  const { scheduled = 0, queued = 0, running = 0 } = of.unended ?? {};
  const all = scheduled + queued + running;
  if (all <= of.running.length) return null;
  return (
    <p class="quiet">
      {count(of.running.length)} of {counted(all, "job")}: {count(running)} running, {count(queued)} queued,{" "}
      {count(scheduled)} scheduled.
    </p>
  );
}

function Parts({ of }: { of: GetOverviewResponse }) {
  return (
    <div class="tiles">
      <Credits of={of} />
      <Quota of={of} />
      <Cards of={of} />
      <Part of={of} name="resolver/scans" title="Latest scans" page="scans">
        {of.scans.map((scan) => (
          <Latest page="scans" id={scan.scanId} time={when(scan.createTime)} state={word(ScanState, scan.state)}>
            <Bar progress={scan.progress} label={`scan ${scan.scanId}`} />
          </Latest>
        ))}
      </Part>
      <Part of={of} name="generator/generations" title="Latest images" page="images">
        {of.generations.map((one) => (
          <Latest
            page="images"
            id={one.generationId}
            time={when(one.createTime)}
            state={word(GenerationState, one.state)}
          >
            <Bar progress={one.progress} label={`generation ${one.generationId}`} />
          </Latest>
        ))}
      </Part>
      <Part of={of} name="reviewer/reviews" title="Latest reviews" page="reviews">
        {of.reviews.map((one) => (
          <Latest page="reviews" id={one.reviewId} time={when(one.createTime)} state={word(ReviewState, one.state)}>
            <Bar progress={one.progress} label={`review ${one.reviewId}`} />
          </Latest>
        ))}
      </Part>
      <Part of={of} name="engager/activities" title="Next activities" page="jobs">
        {of.activities.map((one) => (
          <li>
            {when(one.runTime)} {word(ActivityState, one.state)}
          </li>
        ))}
      </Part>
    </div>
  );
}

function Credits({ of }: { of: GetOverviewResponse }) {
  return (
    <Part of={of} name="generator/credits" title="Credits" page="budgets">
      {of.credits && (
        <li class="figure">
          <strong>{count(of.credits.available)}</strong> to spend, {count(of.credits.reserved)} set aside
        </li>
      )}
    </Part>
  );
}

function Quota({ of }: { of: GetOverviewResponse }) {
  const tokens = of.quota?.tokens;
  return (
    <Part of={of} name="reviewer/quota" title="Tokens this month" page="budgets">
      {tokens && (
        <li class="figure">
          <strong>{count(tokens.limit - tokens.used - tokens.reserved)}</strong> left of {count(tokens.limit)}
        </li>
      )}
    </Part>
  );
}

function Cards({ of }: { of: GetOverviewResponse }) {
  const cards = of.collection;
  return (
    <Part of={of} name="resolver/collection" title="Collection" page="collection">
      {cards && (
        <li class="figure">
          <strong>{count(cards.totalCards)}</strong> in all, {count(cards.distinctCards)} different{" "}
          {sums(cards.estimatedValues)}
        </li>
      )}
    </Part>
  );
}

interface PartProps {
  of: GetOverviewResponse;
  name: string;
  title: string;
  page: string;
  children: ComponentChildren;
}

/** One part, or why it is missing. */
function Part({ of, name, title, page, children }: PartProps) {
  const status = of.parts.find((part) => part.name === name)?.status;
  const isMissing = status !== undefined && status.code !== 0;
  const isEmpty = children === undefined || (Array.isArray(children) && children.length === 0);
  return (
    <section class={isMissing ? "panel missing" : "panel"} aria-label={title}>
      <h2>
        <a href={link(page)}>{title}</a> {isMissing && <State word="away" />}
      </h2>
      {isMissing && <p class="quiet">{status.message}</p>}
      {!isMissing && (isEmpty ? <p class="quiet">None yet.</p> : <ul class="plain">{children}</ul>)}
    </section>
  );
}

interface LatestProps {
  page: string;
  id: string;
  time: string;
  state: string;
  children: ComponentChildren;
}

function Latest({ page, id, time, state, children }: LatestProps) {
  return (
    <li class="latest">
      <a href={link(page, id)}>{time}</a>
      <State word={state} />
      {children}
    </li>
  );
}
