/** Reads files that somebody picked or dropped. */

import { count } from "./wording";

/** Where a file is: one of a picked folder has a path in it. */
export function pathOf(file: File): string {
  return file.webkitRelativePath || file.name;
}

/** A file's bytes. Throws a sentence where it can't be read, and before that where it has more than `most`. */
export async function readFile(file: File, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > most) throw new Error(`${pathOf(file)} has ${count(file.size)} bytes; ${count(most)} are the most.`);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error(`${pathOf(file)} can’t be read; files can be dropped, folders can’t.`);
  }
}
