/** Light or dark: as the system has it, until somebody chooses here. */

import { effect, signal } from "@preact/signals";

const KEY = "atelier.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const system = signal(dark.matches);
const chosen = signal(localStorage.getItem(KEY));

dark.addEventListener("change", (event) => {
  system.value = event.matches;
});

/** Whether it is dark now. */
export function isDark(): boolean {
  return chosen.value === null ? system.value : chosen.value === "dark";
}

/** Choose the other one, and keep the choice unless it is the system's own. */
export function switchTheme(): void {
  const next = !isDark();
  chosen.value = next === system.value ? null : next ? "dark" : "light";
  if (chosen.value === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen.value);
}

effect(() => {
  document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
});
