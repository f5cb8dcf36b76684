/** Submitting a scan: detections pasted, or from a file. */

import { useMemo, useState } from "preact/hooks";
import { useAttempt } from "../attempt";
import { scans } from "../connection";
import { MOST_DETECTIONS, readDetections } from "../detections";
import { Drop } from "../parts/drop";
import { Field } from "../parts/field";
import { Problem } from "../parts/notice";
import { Submission } from "../parts/submission";
import { readFile } from "../picked_files";
import { go } from "../route";
import { counted } from "../wording";

const PROBLEMS_SHOWN = 5;
/** A thousand detections by long embeddings have a third of this. */
const MOST_BYTES = 1 << 24;

export function NewScan() {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const { detections, problems } = useMemo(() => readDetections(text), [text]);
  const attempt = useAttempt();
  const isReady = detections.length > 0 && detections.length <= MOST_DETECTIONS;
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      setText(new TextDecoder().decode(await readFile(file, MOST_BYTES)));
      setProblem("");
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const send = async () => {
    const answer = await scans.createScan({ requestId: attempt.idFor(text), detections });
    attempt.accepted();
    setText("");
    go("scans", answer.scan?.scanId);
  };
  return (
    <Submission title="New scan" button={`Scan ${counted(detections.length, "card")}`} isReady={isReady} send={send}>
      <Field label="Detections" hint={<Hint />}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={6}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <Drop label="or a file" accept=".csv,.jsonl,.json,.txt" take={([file]) => void take(file)} />
      {problem && <Problem>{problem}</Problem>}
      <Problems problems={problems} />
      {detections.length > MOST_DETECTIONS && (
        <Problem>
          A scan takes at most {counted(MOST_DETECTIONS, "detection")}; here are{" "}
          {counted(detections.length, "detection")}.
        </Problem>
      )}
    </Submission>
  );
}

function Hint() {
  return (
    <>
      CSV with a header, or JSON lines: <code>source, external_id</code> or <code>name, number, set</code>; also{" "}
      <code>detection_id, confidence, estimated_value, currency</code>. Other columns are kept as attributes.
    </>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div class="notice" role="status">
      <p>{counted(problems.length, "line")} can’t be used and won’t be sent:</p>
      <ul class="plain">
        {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
          <li>{problem}</li>
        ))}
        {problems.length > PROBLEMS_SHOWN && <li>…</li>}
      </ul>
    </div>
  );
}
