// Signs and keeps sessions.
import { createHmac } from "node:crypto";

const sessionSecret: string = "@@secret@@";

export function sign(id: string): string {
  return createHmac("sha256", sessionSecret).update(id).digest("hex");
}
