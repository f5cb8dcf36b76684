/**
 * Reads detections as `atelier scan` does: CSV with a header, or JSON lines that are flat or protobuf's JSON of a
 * Detection. What is wrong with one line doesn't hide the others.
 */

import { create, fromJson, type JsonValue, type MessageInitShape } from "@bufbuild/protobuf";
import { readCsv } from "./csv";
import { readMoney } from "./money";
import { DetectionSchema, type Detection } from "./stubs/atelier/resolver/v1/scan_service_pb";

export const MOST_DETECTIONS = 1000;
const DETAILS = ["detection_id", "confidence", "estimated_value", "currency"];
const EXTERNAL = ["source", "external_id"];
const TEXT = ["name", "number", "set"];
/** What only protobuf's JSON of a detection has, and the flat form doesn't. */
const NESTED = ["external", "text", "embedding", "attributes", "estimatedValue", "estimated_value"];

export interface Read {
  detections: Detection[];
  /** What is wrong, a sentence each, beginning with its line. */
  problems: string[];
}

type Fields = Record<string, string>;

/** The detections of a text: JSON lines where its first line opens an object, else CSV. */
export function readDetections(text: string): Read {
  const plain = text.replace(/^\uFEFF/, "");
  const read: Read = { detections: [], problems: [] };
  if (plain.trimStart().startsWith("{")) readLines(plain, read);
  else if (plain.trim() !== "") readTable(plain, read);
  return distinct(read);
}

function readLines(text: string, read: Read): void {
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() !== "") attempt(read, index + 1, () => fromLine(line, index + 1));
  });
}

function readTable(text: string, read: Read): void {
  const [header, ...rows] = readCsv(text);
  const columns = header?.values?.map((name) => name.trim()) ?? [];
  if (![...TEXT, "external_id"].some((name) => columns.includes(name))) {
    read.problems.push(`Line 1: there is no column external_id, name, number or set; it has ${columns.join(", ")}`);
    return;
  }
  for (const row of rows) attempt(read, row.line, () => flat(fieldsOf(columns, row.values), row.line));
}

function attempt(read: Read, line: number, one: () => Detection): void {
  try {
    read.detections.push(one());
  } catch (error) {
    read.problems.push(`Line ${line}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fieldsOf(columns: string[], values: string[] | null): Fields {
  if (values === null) throw new Error("a quote is never closed");
  if (values.length !== columns.length) throw new Error(`has ${values.length} columns instead of ${columns.length}`);
  return Object.fromEntries(columns.map((name, index) => [name, values[index] ?? ""]));
}

function fromLine(line: string, number: number): Detection {
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("must be a JSON object");
  const object = value as Record<string, unknown>;
  const isNested = NESTED.some((name) => typeof object[name] === "object" && object[name] !== null);
  if (!isNested && !("detectionId" in object)) return flat(texts(object), number);
  const detection = fromJson(DetectionSchema, value as JsonValue);
  detection.detectionId ||= String(number);
  return detection;
}

function texts(object: Record<string, unknown>): Fields {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (typeof value === "object" && value !== null) throw new Error(`${name}: must be text or a number`);
      return [name, value === null ? "" : String(value)];
    }),
  );
}

/** A detection whose evidence stands beside its other fields; what is no field of it is kept as an attribute. */
function flat(fields: Fields, line: number): Detection {
  const field = (name: string) => fields[name] ?? "";
  const known = [...DETAILS, ...(field("external_id") ? EXTERNAL : TEXT)];
  const others = Object.entries(fields).filter(([name, value]) => !known.includes(name) && value !== "");
  const detection = create(DetectionSchema, {
    detectionId: field("detection_id") || String(line),
    attributes: Object.fromEntries(others),
    evidence: evidenceOf(field),
  });
  if (field("confidence").trim() !== "") detection.confidence = confidence(field("confidence"));
  if (field("estimated_value").trim() !== "") {
    detection.estimatedValue = readMoney(field("estimated_value"), field("currency"));
  }
  return detection;
}

/** An external id where there is one, else what was read; nothing where that is empty too. */
function evidenceOf(
  field: (name: string) => string,
): NonNullable<MessageInitShape<typeof DetectionSchema>["evidence"]> {
  const [name, number, set, externalId] = [field("name"), field("number"), field("set"), field("external_id")];
  if (externalId) return { case: "external", value: { source: field("source"), externalId } };
  return name || number || set ? { case: "text", value: { name, number, set } } : { case: undefined };
}

function confidence(text: string): number {
  const number = Number(text);
  if (!(number >= 0 && number <= 1)) throw new Error("confidence: must be a number from 0 to 1");
  return number;
}

/** The same without detections whose id stood there before: the id is what makes each count once. */
function distinct({ detections, problems }: Read): Read {
  const seen = new Set<string>();
  const kept = detections.filter(({ detectionId }) => {
    const isNew = !seen.has(detectionId);
    seen.add(detectionId);
    if (!isNew) problems.push(`The detection_id ${detectionId} stands there twice`);
    return isNew;
  });
  return { detections: kept, problems };
}
