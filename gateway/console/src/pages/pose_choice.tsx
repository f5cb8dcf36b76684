/** Choosing poses by their pictures. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { useAnswer } from "../asking";
import { poses } from "../connection";
import { Field } from "../parts/field";
import { Refused } from "../parts/notice";
import type { Pose } from "../stubs/atelier/generator/v1/pose_service_pb";

const MOST_SHOWN = 200;

interface PoseChoiceProps {
  /** Ids, in the order they were chosen. */
  chosen: readonly string[];
  choose(chosen: readonly string[]): void;
}

export function PoseChoice({ chosen, choose }: PoseChoiceProps) {
  const [sought, setSought] = useState("");
  const { value, refusal } = useAnswer(
    (signal) => poses.listPoses({ full: true, pageSize: MOST_SHOWN }, { signal }),
    "poses",
  );
  const toggle = (id: string) => choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const found = value?.poses.filter((pose) => matches(pose, sought.trim().toLowerCase())) ?? [];
  return (
    <fieldset>
      <legend>Poses</legend>
      <Field label="Find">
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            value={sought}
            onInput={(event) => setSought(event.currentTarget.value)}
          />
        )}
      </Field>
      <Refused why={refusal} />
      <div class="poses">
        {found.map((pose) => (
          <label key={pose.poseId} class="pose">
            <input type="checkbox" checked={chosen.includes(pose.poseId)} onChange={() => toggle(pose.poseId)} />
            <Thumbnail bytes={pose.thumbnail} />
            <span>{pose.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function matches(pose: Pose, sought: string): boolean {
  return [pose.poseId, pose.name, ...pose.tags].some((text) => text.toLowerCase().includes(sought));
}

function Thumbnail({ bytes }: { bytes: Uint8Array }) {
  const url = useMemo(() => URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "image/png" })), [bytes]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img src={url} alt="" width={64} height={64} />;
}
