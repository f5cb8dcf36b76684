/** Where something stands, in a word whose colour says it too. */

const TONES: Record<string, string> = {
  succeeded: "good",
  serving: "good",
  complete: "good",
  failed: "bad",
  away: "bad",
  stuck: "bad",
  critical: "bad",
  high: "bad",
  medium: "warning",
  low: "busy",
  "partially succeeded": "warning",
  degraded: "warning",
  paused: "warning",
  running: "busy",
  pending: "busy",
};

export function State({ word }: { word: string }) {
  return <span class={`state ${TONES[word] ?? ""}`}>{word}</span>;
}
