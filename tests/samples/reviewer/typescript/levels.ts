// Names of log levels.
export function name(level: number): string {
  let text = "unknown";
  switch (level) {
    case 1:
      text = "error";
    case 2:
      text = "warning";
      break;
    default:
      text = "info";
  }
  return text;
}
