/** Signing in with a token, which the gateway judges. */

import type { TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import { tryToken } from "../connection";
import { Field } from "../parts/field";
import { Problem } from "../parts/notice";
import { refusalOf } from "../refusal";
import { farewell, readToken, signIn } from "../session";
import { ThemeSwitch } from "../shell";

export function SignIn() {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(farewell.value);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(await attempt(text));
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form class="panel" aria-labelledby="sign-in" onSubmit={(event) => void submit(event)}>
        <h1 id="sign-in">Sign in to Atelier</h1>
        <Field label="Token" hint={<Hint />}>
          {(attributes) => (
            <textarea
              {...attributes}
              rows={4}
              required
              autocomplete="off"
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
              onKeyDown={submitByEnter}
            />
          )}
        </Field>
        <div class="actions">
          <button type="submit" class="primary" aria-disabled={isBusy}>
            {isBusy ? "Signing in…" : "Sign in"}
          </button>
          <ThemeSwitch />
        </div>
        {problem && <Problem>{problem}</Problem>}
      </form>
    </main>
  );
}

function Hint() {
  return (
    <>
      <code>atelier token --sub NAME --role user</code> prints one. It is kept in this tab until you close it or sign
      out.
    </>
  );
}

/** A token is one word, however many lines it takes on the page. */
function submitByEnter(event: TargetedKeyboardEvent<HTMLTextAreaElement>) {
  if (event.key === "Enter") {
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  }
}

/** Sign in; why it didn't work, empty when it did. */
async function attempt(text: string): Promise<string> {
  try {
    const found = readToken(text);
    await tryToken(found.token);
    signIn(found);
    return "";
  } catch (error) {
    return refusalOf(error).message;
  }
}
