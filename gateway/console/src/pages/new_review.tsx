/** Submitting code for a review: files picked, dropped or pasted. */

import { useState } from "preact/hooks";
import { useAttempt } from "../attempt";
import { reviews } from "../connection";
import { Drop } from "../parts/drop";
import { Field } from "../parts/field";
import { Submission } from "../parts/submission";
import { go } from "../route";
import { keepCode } from "../submitted_code";
import { count, counted } from "../wording";

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
  const many = counted(sources.length, "file");
  return (
    <Submission title="New review" button={`Review ${many}`} isReady={sources.length > 0} send={send}>
      <Picked draft={draft} change={change} add={add} />
      <Pasted draft={draft} change={change} />
    </Submission>
  );
}

function Picked({ draft, change, add }: PartProps & { add: (files: readonly Source[]) => void }) {
  const take = async (dropped: File[]) => add(await Promise.all(dropped.map(readFile)));
  const remove = (path: string) => change({ files: draft.files.filter((one) => one.path !== path) });
  return (
    <>
      <Drop label="Files, picked or dropped here" multiple take={(dropped) => void take(dropped)} />
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

async function readFile(file: File): Promise<Source> {
  // A picked folder's files have a path in it.
  return { path: file.webkitRelativePath || file.name, content: new Uint8Array(await file.arrayBuffer()) };
}

/** The files with those that were read, which replace others of the same path. */
function joined(known: readonly Source[], read: readonly Source[]): Source[] {
  return [...known.filter((one) => !read.some((other) => other.path === one.path)), ...read];
}

function sourcesOf({ files, path, pasted }: Draft): Source[] {
  if (pasted.trim() === "") return [...files];
  return [...files, { path: path.trim(), content: new TextEncoder().encode(pasted) }];
}
