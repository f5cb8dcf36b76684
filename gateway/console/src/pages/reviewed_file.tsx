/** One file of a review: what looked at it, and what was found, in its code where this tab sent it. */

import { State } from "../parts/state";
import { Code } from "../parts/code";
import {
  ModelRun_Status,
  ReviewOutcome,
  ReviewState,
  ToolRun_Status,
  type Coverage,
  type FileReview,
  type Finding,
} from "../stubs/atelier/reviewer/v1/review_service_pb";
import { counted, word } from "../wording";
import { FindingNote } from "./finding_note";

interface ReviewedFileProps {
  file: FileReview;
  /** Its text; undefined where it isn't known here. */
  code: string | undefined;
  dismiss(finding: Finding): void;
}

export function ReviewedFile({ file, code, dismiss }: ReviewedFileProps) {
  const note = (finding: Finding) => <FindingNote key={finding.findingId} finding={finding} dismiss={dismiss} />;
  return (
    <section class="panel file" aria-label={file.path || "the whole"}>
      <h2>
        <code>{file.path || "The whole"}</code> <State word={word(ReviewState, file.state)} />{" "}
        <State word={word(ReviewOutcome, file.outcome)} />
      </h2>
      {file.coverage && <Looked at={file.coverage} />}
      {file.error && <p class="error">{file.error.message}</p>}
      {file.summary && <p>{file.summary}</p>}
      <p class="quiet">{counted(file.findings.length, "finding")}</p>
      {code === undefined ? (
        <ul class="plain">
          {file.findings.map((finding) => (
            <li>{note(finding)}</li>
          ))}
        </ul>
      ) : (
        <Code path={file.path} text={code} findings={file.findings} note={note} />
      )}
    </section>
  );
}

/** What looked at a file, and what didn't. */
function Looked({ at: { skipped, tools, model } }: { at: Coverage }) {
  if (skipped) return <p class="notice">Nothing looked at it: {skipped.toLowerCase().replaceAll("_", " ")}.</p>;
  return (
    <ul class="tools" aria-label="what looked at it">
      {tools.map((run) => (
        <li title={run.message}>
          {run.tool} {run.version}{" "}
          {run.status !== ToolRun_Status.RAN && <State word={word(ToolRun_Status, run.status)} />}
        </li>
      ))}
      {model && (
        <li title={model.message}>
          model {model.model} <State word={word(ModelRun_Status, model.status)} />
        </li>
      )}
    </ul>
  );
}
