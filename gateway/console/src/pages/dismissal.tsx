/** Asking why a finding isn't to be told again. */

import { useState } from "preact/hooks";
import { announce } from "../announcement";
import { reviews } from "../connection";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/field";
import { Refused } from "../parts/notice";
import { refusalOf, type Refusal } from "../refusal";
import type { Finding } from "../stubs/atelier/reviewer/v1/review_service_pb";

interface DismissalProps {
  finding: Finding;
  close(): void;
  dismissed(): void;
}

export function Dismissal({ finding, close, dismissed }: DismissalProps) {
  const [reason, setReason] = useState("");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await reviews.dismissFinding({ findingId: finding.findingId, reason: reason.trim() });
      dismissed();
      announce("The finding was dismissed");
      close();
    } catch (error) {
      setRefusal(refusalOf(error));
    }
  };
  return (
    <Dialog title={`Dismiss ${finding.rule}`} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{finding.message}</p>
        <Field label="Why" hint="It isn’t told again in this project.">
          {(attributes) => (
            <input
              {...attributes}
              required
              maxLength={1000}
              pattern=".*\S.*"
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          )}
        </Field>
        <Refused why={refusal} />
        <div class="actions">
          <button type="submit" class="primary">
            Dismiss
          </button>
          <button type="button" onClick={close}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
