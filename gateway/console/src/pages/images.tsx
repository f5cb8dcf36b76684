/** Images: ordering some, the orders there are, and one with its images as they come. */

import { generations } from "../connection";
import type { PageProps } from "../pages";
import { Bar } from "../parts/bar";
import { Listing } from "../parts/listing";
import { State } from "../parts/state";
import { link } from "../route";
import { session } from "../session";
import { GenerationState, type Generation } from "../stubs/atelier/generator/v1/generation_service_pb";
import { when, word } from "../wording";
import { NewGeneration } from "./new_generation";
import { OneGeneration, subjectOf } from "./one_generation";

export function Images({ subject }: PageProps) {
  if (subject) return <OneGeneration id={subject} />;
  return (
    <>
      <h1>Images</h1>
      <NewGeneration />
      <section class="panel" aria-label="Your generations">
        <h2>Your generations</h2>
        <Listing noun="generations" ask={list} draw={(one) => <Row one={one} />} />
      </section>
    </>
  );
}

async function list(pageSize: number, signal: AbortSignal) {
  const answer = await generations.listGenerations({ owner: session.peek()?.subject ?? "", pageSize }, { signal });
  return { items: answer.generations, nextPageToken: answer.nextPageToken };
}

function Row({ one }: { one: Generation }) {
  return (
    <span class="entry">
      <a href={link("images", one.generationId)}>{when(one.createTime)}</a>
      <State word={word(GenerationState, one.state)} />
      <span class="cut">{subjectOf(one)}</span>
      <Bar progress={one.progress} label={`generation ${one.generationId}`} />
    </span>
  );
}
