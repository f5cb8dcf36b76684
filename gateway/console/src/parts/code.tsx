/** Code with numbered lines, and what is said of a line below it. It is a stranger's text, and stays text. */

import type { ComponentChild } from "preact";
import { useMemo, useState } from "preact/hooks";
import { excerptsOf, type Excerpt } from "../excerpts";
import type { CodeRange, Finding } from "../stubs/atelier/reviewer/v1/review_service_pb";
import { counted } from "../wording";

interface CodeProps {
  path: string;
  text: string;
  findings: readonly Finding[];
  /** Draws what is said of a finding. */
  note(finding: Finding): ComponentChild;
}

export function Code({ path, text, findings, note }: CodeProps) {
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => text.replace(/\n$/, "").split("\n"), [text]);
  const placed = useMemo(() => byLine(findings, lines.length), [findings, lines]);
  const places = findings.flatMap(({ range }) => (range ? [{ first: range.startLine, last: range.endLine }] : []));
  const excerpts = isWhole ? [{ first: 1, last: lines.length }] : excerptsOf(lines.length, places);
  const shown = excerpts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return (
    <div class="code" role="group" aria-label={`Code of ${path}`}>
      {placed.get(0)?.map(note)}
      {excerpts.map((excerpt) => (
        <ol key={excerpt.first} start={excerpt.first}>
          {numbers(excerpt).map((number) => (
            <Line number={number} text={lines[number - 1] ?? ""} findings={placed.get(number) ?? []} note={note} />
          ))}
        </ol>
      ))}
      {shown < lines.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {counted(lines.length, "line")}
        </button>
      )}
    </div>
  );
}

interface LineProps {
  number: number;
  text: string;
  findings: readonly Finding[];
  note(finding: Finding): ComponentChild;
}

function Line({ number, text, findings, note }: LineProps) {
  const [first] = findings;
  return (
    <li class={first ? "marked" : undefined} value={number}>
      <span class="line">
        <span class="line-number" aria-hidden="true">
          {number}
        </span>
        <code>{first?.range ? marked(text, first.range) : text}</code>
      </span>
      {findings.map(note)}
    </li>
  );
}

/** The line with the place marked, as far as it lies in it. Columns count characters, from 1. */
function marked(text: string, { startLine, startColumn, endLine, endColumn }: CodeRange): ComponentChild {
  if (startColumn === 0) return text;
  const characters = [...text];
  const begin = Math.min(startColumn - 1, characters.length);
  const end = endLine === startLine && endColumn > startColumn ? endColumn - 1 : characters.length;
  const part = (from: number, to?: number) => characters.slice(from, to).join("");
  return (
    <>
      {part(0, begin)}
      <mark>{part(begin, end)}</mark>
      {part(end)}
    </>
  );
}

/** The findings by the line they begin in; 0: about the whole, or about a line that isn't there. */
function byLine(findings: readonly Finding[], lines: number): Map<number, Finding[]> {
  const placed = new Map<number, Finding[]>();
  for (const finding of findings) {
    const line = finding.range?.startLine ?? 0;
    const number = line >= 1 && line <= lines ? line : 0;
    placed.set(number, [...(placed.get(number) ?? []), finding]);
  }
  return placed;
}

function numbers({ first, last }: Excerpt): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
