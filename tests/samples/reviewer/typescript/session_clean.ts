// Signs and keeps sessions.
import { createHmac } from "node:crypto";

const sessionSecret: string = process.env.SESSION_SECRET ?? "";

export function sign(id: string): string {
  return createHmac("sha256", sessionSecret).update(id).digest("hex");
}
