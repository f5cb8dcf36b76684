/** What is wrong in a place, how badly, and what could stand there instead. */

import { FindingStatus, Severity, type Finding } from "../stubs/atelier/reviewer/v1/review_service_pb";
import { word } from "../wording";

export function FindingNote({ finding, dismiss }: { finding: Finding; dismiss: (finding: Finding) => void }) {
  const severity = word(Severity, finding.severity);
  const isDismissed = finding.status === FindingStatus.DISMISSED;
  return (
    <div
      class={`finding ${severity} ${isDismissed ? "dismissed" : ""}`}
      role="note"
      aria-label={`${severity}: ${finding.rule}`}
    >
      <p>
        <strong>{severity}</strong> <code>{finding.rule}</code> {finding.range && `line ${finding.range.startLine}, `}
        {word(FindingStatus, finding.status)}, by {finding.tools.join(", ")}
      </p>
      <p>{finding.message}</p>
      {finding.patch && <Patch text={finding.patch} />}
      {isDismissed ? (
        <p class="quiet">Dismissed: {finding.dismissal}</p>
      ) : (
        <button type="button" aria-label={`Dismiss ${finding.rule}`} onClick={() => dismiss(finding)}>
          Dismiss…
        </button>
      )}
    </div>
  );
}

/** A unified diff, without its head, which repeats the path. */
function Patch({ text }: { text: string }) {
  const lines = text.split("\n").filter((line) => line !== "" && !/^(---|\+\+\+) /.test(line));
  return (
    <details>
      <summary>Suggestion</summary>
      <pre class="patch">
        {lines.map((line) => (
          <span class={line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : ""}>{`${line}\n`}</span>
        ))}
      </pre>
    </details>
  );
}
