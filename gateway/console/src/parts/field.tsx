/** One thing to fill in: its label above it, a hint below it. */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  /** Draws the control, which takes these attributes. */
  children(attributes: { id: string; "aria-describedby": string | undefined }): JSX.Element;
}

export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": hintId })}
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  /** Values and what they are called. */
  options: readonly (readonly [string, string])[];
  choose(value: string): void;
}

/** A choice of one. */
export function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <Field label={label}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={(event) => choose(event.currentTarget.value)}>
          {options.map(([one, name]) => (
            <option value={one}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
