/** Ordering images: what to draw, how many, how large, and in which further forms. */

import { useState } from "preact/hooks";
import { useAnswer } from "../asking";
import { useAttempt } from "../attempt";
import { credits, generations } from "../connection";
import { BLANK, imagesOf, requestOf, type Order } from "../order";
import { Choice, Field } from "../parts/field";
import { Submission } from "../parts/submission";
import { go } from "../route";
import { ExportPreset, ImageFormat } from "../stubs/atelier/generator/v1/generation_service_pb";
import { count, counted, word } from "../wording";
import { PoseChoice } from "./pose_choice";

const NUMBERS = ["1", "2", "3", "4"].map((one) => [one, one] as const);
const SIZES = [
  ["256x256", "256 × 256"],
  ["512x512", "512 × 512"],
  ["768x1024", "768 × 1024"],
  ["1024x1024", "1024 × 1024"],
] as const;
const PRESETS = [ExportPreset.PORTRAIT, ExportPreset.SQUARE, ExportPreset.STORY, ExportPreset.LANDSCAPE];
const FORMATS = [ImageFormat.PNG, ImageFormat.JPEG, ImageFormat.WEBP].map(
  (one) => [String(one), ImageFormat[one] ?? ""] as const,
);
const BALANCE_SECONDS = 10;

interface PartProps {
  order: Order;
  change(changed: Partial<Order>): void;
}

export function NewGeneration() {
  const [order, setOrder] = useState(BLANK);
  const change = (changed: Partial<Order>) => setOrder((known) => ({ ...known, ...changed }));
  const attempt = useAttempt();
  const images = imagesOf(order);
  const send = async () => {
    const request = requestOf(order);
    const requestId = attempt.idFor(JSON.stringify(request));
    const answer = await generations.createGeneration({ requestId, ...request });
    attempt.accepted();
    go("images", answer.generation?.generationId);
  };
  return (
    <Submission title="New images" button={`Order ${counted(images, "image")}`} isReady={images > 0} send={send}>
      <Source order={order} change={change} />
      <Looks order={order} change={change} />
      <Exports order={order} change={change} />
      <Price images={images} />
    </Submission>
  );
}

function Source({ order, change }: PartProps) {
  const { isText, poseIds, prompt } = order;
  return (
    <>
      <fieldset class="inline">
        <legend>Draw</legend>
        <label>
          <input type="radio" name="source" checked={!isText} onChange={() => change({ isText: false })} /> poses
        </label>
        <label>
          <input type="radio" name="source" checked={isText} onChange={() => change({ isText: true })} /> a prompt
        </label>
      </fieldset>
      {!isText && <PoseChoice chosen={poseIds} choose={(chosen) => change({ poseIds: chosen })} />}
      <Field label={isText ? "Prompt" : "Prompt, for backends that read it"}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={2}
            maxLength={2000}
            value={prompt}
            onInput={(event) => change({ prompt: event.currentTarget.value })}
          />
        )}
      </Field>
    </>
  );
}

function Looks({ order, change }: PartProps) {
  return (
    <div class="fields">
      <Choice
        label={order.isText ? "Variations" : "Variations of each"}
        value={String(order.variations)}
        options={NUMBERS}
        choose={(value) => change({ variations: Number(value) })}
      />
      <Choice label="Size" value={order.size} options={SIZES} choose={(size) => change({ size })} />
      <Field label="Style">
        {(attributes) => (
          <input
            {...attributes}
            value={order.style}
            placeholder="the usual one"
            onInput={(event) => change({ style: event.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}

function Exports({ order, change }: PartProps) {
  const chosen = order.exports;
  const toggle = (preset: ExportPreset) =>
    change({ exports: chosen.includes(preset) ? chosen.filter((one) => one !== preset) : [...chosen, preset] });
  return (
    <fieldset class="inline">
      <legend>Also as</legend>
      {PRESETS.map((preset) => (
        <label>
          <input type="checkbox" checked={chosen.includes(preset)} onChange={() => toggle(preset)} />{" "}
          {word(ExportPreset, preset)}
        </label>
      ))}
      {chosen.length > 0 && (
        <Choice
          label="Encoding"
          value={String(order.format)}
          options={FORMATS}
          choose={(value) => change({ format: Number(value) })}
        />
      )}
    </fieldset>
  );
}

/** What the order costs of what there is. */
function Price({ images }: { images: number }) {
  const { value } = useAnswer((signal) => credits.getBalance({}, { signal }), "balance", BALANCE_SECONDS);
  if (value?.balance === undefined) return null;
  return (
    <p class="quiet">
      {counted(images, "credit")} of the {count(value.balance.available)} that you have.
    </p>
  );
}
