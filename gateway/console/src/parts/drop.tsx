/** Files by a picker or dropped. */

import { useId, useState } from "preact/hooks";

interface DropProps {
  label: string;
  accept?: string;
  multiple?: boolean;
  take(files: File[]): void;
}

export function Drop({ label, accept, multiple = false, take }: DropProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take([...(event.dataTransfer?.files ?? [])]);
  };
  const pick = (input: HTMLInputElement) => {
    take([...(input.files ?? [])]);
    input.value = ""; // So that the same file can be picked again.
  };
  return (
    <div class={isOver ? "drop over" : "drop"} onDragOver={over} onDragLeave={() => setOver(false)} onDrop={drop}>
      <label for={id}>{label}</label>
      <input id={id} type="file" accept={accept} multiple={multiple} onChange={(event) => pick(event.currentTarget)} />
    </div>
  );
}
