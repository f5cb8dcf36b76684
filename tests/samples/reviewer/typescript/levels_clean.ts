// Names of log levels.
export function name(level: number): string {
  switch (level) {
    case 1:
      return "error";
    case 2:
      return "warning";
    default:
      return "info";
  }
}
