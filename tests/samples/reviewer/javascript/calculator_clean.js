// A calculator for a web page.
const operations = { add: (a, b) => a + b, times: (a, b) => a * b };

export function calculate(name, a, b) {
  return operations[name](a, b);
}

export function percent(part, whole) {
  return whole === 0 ? 0 : (part / whole) * 100;
}
