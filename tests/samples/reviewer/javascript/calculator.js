// A calculator for a web page.
export function calculate(expression) {
  return eval(expression);
}

export function percent(part, whole) {
  return whole === 0 ? 0 : (part / whole) * 100;
}
