/** Submitting code for a review: files picked, dropped or pasted. */

import { useState } from "preact/hooks";
import { useAttempt } from "../attempt";
import { reviews } from "../connection";
import { Drop } from "../parts/drop";
import { Field } from "../parts/field";
import { Problem } from "../parts/notice";
import { Submission } from "../parts/submission";
import { pathOf, readFile } from "../picked_files";
import { go } from "../route";
import { keepCode } from "../submitted_code";
import { count, counted } from "../wording";

/** What a review takes: so many files, and bytes of each. */
const MOST_FILES = 100;
const MOST_BYTES = 1 << 20;

interface Source {
  path: string;
  content: Uint8Array<ArrayBuffer>;
}

interface Draft {
  files: readonly Source[];
  pasted: string;
  /** Where the pasted code belongs. */
  path: string;
  project: string;
}

const BLANK: Draft = { files: [], pasted: "", path: "pasted.py", project: "" };

interface PartProps {
  draft: Draft;
  change(changed: Partial<Draft>): void;
}

export function NewReview() {
  const [draft, setDraft] = useState(BLANK);
  const change = (changed: Partial<Draft>) => setDraft((known) => ({ ...known, ...changed }));
  const add = (files: readonly Source[]) => setDraft((known) => ({ ...known, files: joined(known.files, files) }));
  const attempt = useAttempt();
  const sources = sourcesOf(draft);
  const send = async () => {
    const code = new Map(sources.map((one) => [one.path, new TextDecoder().decode(one.content)] as const));
    const requestId = attempt.idFor(JSON.stringify([draft.project, ...code]));
    const target = { case: "review" as const, value: { files: sources } };
    const { review } = await reviews.createReview({ requestId, project: draft.project.trim(), target });
    attempt.accepted();
    if (review === undefined) return;
    keepCode(review.reviewId, code);
    go("reviews", review.reviewId);
  };
  const isReady = sources.length > 0 && sources.length <= MOST_FILES;
  const many = counted(sources.length, "file");
  return (
    <Submission title="New review" button={`Review ${many}`} isReady={isReady} send={send}>
      <Picked draft={draft} change={change} add={add} />
      <Pasted draft={draft} change={change} />
      {sources.length > MOST_FILES && <Problem>{tooMany(sources.length)}</Problem>}
    </Submission>
  );
}

function Picked({ draft, change, add }: PartProps & { add: (files: readonly Source[]) => void }) {
  const [problems, setProblems] = useState<readonly string[]>([]);
  const take = async (dropped: File[]) => {
    const read = await readSources(dropped);
    add(read.sources);
    setProblems(read.problems);
  };
  const remove = (path: string) => change({ files: draft.files.filter((one) => one.path !== path) });
  return (
    <>
      <Drop label="Files, picked or dropped here" multiple take={(dropped) => void take(dropped)} />
      {problems.map((problem) => (
        <Problem>{problem}</Problem>
      ))}
      <Files of={draft.files} remove={remove} />
    </>
  );
}

function Pasted({ draft, change }: PartProps) {
  return (
    <>
      <Field label="or paste code">
        {(attributes) => (
          <textarea
            {...attributes}
            class="code"
            rows={6}
            spellcheck={false}
            value={draft.pasted}
            onInput={(event) => change({ pasted: event.currentTarget.value })}
          />
        )}
      </Field>
      <div class="fields">
        <Field label="Its path" hint="Its ending tells the language.">
          {(attributes) => (
            <input
              {...attributes}
              value={draft.path}
              onInput={(event) => change({ path: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Project" hint="Findings are compared with the project’s last review.">
          {(attributes) => (
            <input
              {...attributes}
              value={draft.project}
              onInput={(event) => change({ project: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function Files({ of, remove }: { of: readonly Source[]; remove: (path: string) => void }) {
  if (of.length === 0) return null;
  return (
    <ul class="rows" aria-label="files to review">
      {of.map(({ path, content }) => (
        <li class="entry" key={path}>
          <code>{path}</code>
          <span class="number">{count(content.length)} bytes</span>
          <button type="button" aria-label={`Remove ${path}`} onClick={() => remove(path)}>
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Those files that can be read, and a sentence for each other one. */
async function readSources(files: readonly File[]): Promise<{ sources: Source[]; problems: string[] }> {
  if (files.length > MOST_FILES) return { sources: [], problems: [tooMany(files.length)] };
  const read = await Promise.allSettled(files.map(readSource));
  return {
    sources: read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    problems: read.flatMap((one) => (one.status === "rejected" ? [(one.reason as Error).message] : [])),
  };
}

async function readSource(file: File): Promise<Source> {
  return { path: pathOf(file), content: await readFile(file, MOST_BYTES) };
}

function tooMany(files: number): string {
  return `A review takes at most ${counted(MOST_FILES, "file")}; here are ${count(files)}.`;
}

/** The files with those that were read, which replace others of the same path. */
function joined(known: readonly Source[], read: readonly Source[]): Source[] {
  return [...known.filter((one) => !read.some((other) => other.path === one.path)), ...read];
}

function sourcesOf({ files, path, pasted }: Draft): Source[] {
  if (pasted.trim() === "") return [...files];
  return [...files, { path: path.trim(), content: new TextEncoder().encode(pasted) }];
}
