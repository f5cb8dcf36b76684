/** One order of images as it gets on, each image as it is made. */

import { useState } from "preact/hooks";
import { ENDLESS, generations } from "../connection";
import { useFollowing } from "../following";
import { Action } from "../parts/action";
import { Bar } from "../parts/bar";
import { Silent } from "../parts/notice";
import { State } from "../parts/state";
import { link } from "../route";
import {
  ExportPreset,
  GenerationState,
  ImageFormat,
  VariationState,
  type Generation,
  type Variation,
} from "../stubs/atelier/generator/v1/generation_service_pb";
import { count, counted, span, when, word } from "../wording";

export function OneGeneration({ id }: { id: string }) {
  const [generation, setGeneration] = useState<Generation | undefined>();
  const [variations, setVariations] = useState<ReadonlyMap<string, Variation>>(new Map());
  const [round, setRound] = useState(0);
  const hear = (told: Generation | undefined) => {
    if (told === undefined) return;
    setGeneration(told);
    setVariations((known) => new Map([...known, ...told.variations.map((one) => [one.key, one] as const)]));
  };
  const silence = useFollowing(
    (signal) => generations.watchGeneration({ generationId: id }, { signal, ...ENDLESS }),
    (message) => hear(message.generation),
    `${id} ${round}`,
  );
  return (
    <>
      <p>
        <a href={link("images")}>All images</a>
      </p>
      <div class="title">
        <h1>Images {generation && when(generation.createTime)}</h1>
        {generation && <State word={word(GenerationState, generation.state)} />}
        {generation && <Steering of={generation} changed={() => setRound(round + 1)} />}
      </div>
      <Silent why={silence} />
      {generation && <Order of={generation} />}
      <ul class="gallery" aria-label="images">
        {inOrder(generation, [...variations.values()]).map((one) => (
          <Picture key={one.key} of={one} />
        ))}
      </ul>
    </>
  );
}

/** What an order asks for, in a few words. */
export function subjectOf({ request }: Generation): string {
  const source = request?.source;
  if (source?.case === "gallery") return source.value.poseIds.join(", ");
  return source?.case === "text" ? source.value.prompt : "";
}

/** The variations as they were asked for, whichever was made first. */
function inOrder(of: Generation | undefined, variations: Variation[]): Variation[] {
  const source = of?.request?.source;
  const poseIds = source?.case === "gallery" ? source.value.poseIds : [];
  const place = (one: Variation) => `${String(poseIds.indexOf(one.poseId)).padStart(3, "0")} ${one.key}`;
  return variations.sort((one, other) => place(one).localeCompare(place(other)));
}

function Steering({ of, changed }: { of: Generation; changed: () => void }) {
  const generationId = of.generationId;
  if (of.state === GenerationState.RUNNING) {
    return (
      <Action done="The order was cancelled" act={() => generations.cancelGeneration({ generationId }).then(changed)}>
        Cancel
      </Action>
    );
  }
  if (of.state === GenerationState.SUCCEEDED) return null;
  return (
    <Action done="What is missing was queued" act={() => generations.retryGeneration({ generationId }).then(changed)}>
      Retry
    </Action>
  );
}

function Order({ of }: { of: Generation }) {
  const { request } = of;
  return (
    <div class="panel">
      <Bar progress={of.progress} label="the order" />
      <p>
        {subjectOf(of)}
        <br />
        <small>
          {request?.width} × {request?.height}, {request?.style || "the usual style"};{" "}
          {counted(of.creditsCharged, "credit")} charged, {count(of.creditsReserved)} set aside
        </small>
      </p>
    </div>
  );
}

function Picture({ of }: { of: Variation }) {
  const { original, thumbnail } = of;
  return (
    <li>
      <figure>
        {original && (
          <a href={original.url} target="_blank" rel="noopener">
            <img
              src={(thumbnail ?? original).url}
              alt={`${of.key}, opens whole`}
              width={(thumbnail ?? original).width}
              height={(thumbnail ?? original).height}
            />
          </a>
        )}
        <figcaption>
          <strong>{of.key}</strong> <State word={word(VariationState, of.state)} />
          {original && (
            <small>
              {original.width} × {original.height} {ImageFormat[original.format]},{" "}
              {of.reused ? "made before" : span(of.seconds)}
            </small>
          )}
          {of.error && <span class="error">{of.error.message}</span>}
          <Exports of={of} />
        </figcaption>
      </figure>
    </li>
  );
}

function Exports({ of }: { of: Variation }) {
  return (
    <>
      {of.exports.map(({ spec, image, error }) => {
        const name = spec ? word(ExportPreset, spec.preset) : "";
        if (image === undefined) return <span class="error">{`${name}: ${error?.message ?? ""}`}</span>;
        return (
          <a href={image.url} target="_blank" rel="noopener" aria-label={`${of.key} as ${name}`}>
            {name} {image.width} × {image.height}
          </a>
        );
      })}
    </>
  );
}
