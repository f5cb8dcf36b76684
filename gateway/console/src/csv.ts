/** Reads CSV (RFC 4180): rows with the number of the line they begin in. */

export interface Row {
  line: number;
  /** Null: a quote is never closed, which spoils this line and no other. */
  values: string[] | null;
}

/** The rows of a text, without empty ones. */
export function readCsv(text: string): Row[] {
  const reader = new Reader(text);
  const rows: Row[] = [];
  while (!reader.isDone()) rows.push(reader.row());
  return rows.filter(({ values }) => values === null || values.length > 1 || values[0] !== "");
}

class Reader {
  private at = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  isDone(): boolean {
    return this.at >= this.text.length;
  }

  row(): Row {
    const { at, line } = this;
    const values = this.values();
    if (values === null) {
      const end = this.text.indexOf("\n", at);
      [this.at, this.line] = [end < 0 ? this.text.length : end, line];
    }
    this.take("\r");
    this.take("\n");
    this.line += 1;
    return { line, values };
  }

  private values(): string[] | null {
    const values: string[] = [];
    do {
      const value = this.text[this.at] === '"' ? this.quoted() : this.plain();
      if (value === null) return null;
      values.push(value);
    } while (this.take(","));
    return values;
  }

  private plain(): string {
    const begin = this.at;
    while (!this.isDone() && !/[,\r\n]/.test(this.text.charAt(this.at))) this.at += 1;
    return this.text.slice(begin, this.at);
  }

  private quoted(): string | null {
    const pieces: string[] = [];
    do {
      const end = this.text.indexOf('"', this.at + 1);
      if (end < 0) return null;
      pieces.push(this.text.slice(this.at + 1, end));
      this.at = end + 1;
    } while (this.text[this.at] === '"'); // Two quotes stand for one.
    const value = pieces.join('"');
    this.line += value.split("\n").length - 1;
    return value + this.plain();
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}
