/**
 * Who is signed in: a token, kept for this tab alone, and what it says of its subject.
 *
 * The token is read for display only. Whether it is good the gateway says.
 */

import { signal } from "@preact/signals";

const KEY = "atelier.token";

export interface Session {
  token: string;
  subject: string;
  role: string;
  /** When the token ends; undefined: it doesn't say. */
  expires: Date | undefined;
}

/** Who is signed in; null: nobody. */
export const session = signal<Session | null>(kept());
/** Why nobody is signed in any more; empty where there is nothing to tell. */
export const farewell = signal("");

/** What a token says. Throws a sentence for a person when it is no JSON Web Token. */
export function readToken(text: string): Session {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  const claims = claimsOf(token);
  const expires = typeof claims["exp"] === "number" ? new Date(claims["exp"] * 1000) : undefined;
  return { token, subject: String(claims["sub"] ?? ""), role: String(claims["role"] ?? ""), expires };
}

/** Keep the session until the tab is closed. */
export function signIn(found: Session): void {
  sessionStorage.setItem(KEY, found.token);
  farewell.value = "";
  session.value = found;
}

/** Forget the token and whatever else was kept for its subject. */
export function signOut(why = ""): void {
  sessionStorage.clear();
  farewell.value = why;
  session.value = null;
}

/** Whether the caller may see queues and everybody's work. */
export function isOperator(): boolean {
  return session.value?.role === "operator";
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload, signature] = token.split(".");
  try {
    if (!payload || !signature) throw new Error();
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) throw new Error();
    return claims as Record<string, unknown>;
  } catch {
    throw new Error("This is no token. Paste the whole of it: three parts with dots between them.");
  }
}

function kept(): Session | null {
  const token = sessionStorage.getItem(KEY);
  try {
    return token === null ? null : readToken(token);
  } catch {
    return null;
  }
}
