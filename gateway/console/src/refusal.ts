/** Why a call failed, in a sentence for a person. */

import { Code, ConnectError } from "@connectrpc/connect";

export interface Refusal {
  code: Code;
  /** What happened, and what to do where the service says. */
  message: string;
  /** The service's word for it, such as `QUOTA_EXCEEDED`; empty where it isn't known. */
  reason: string;
}

/** What asking again, unchanged, can't mend. */
const FINAL = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.Unimplemented,
  Code.FailedPrecondition,
]);

/** The refusal that an error tells of. */
export function refusalOf(error: unknown): Refusal {
  const refused = ConnectError.from(error);
  const reason = reasonOf(refused);
  return { code: refused.code, message: reason ? refused.rawMessage : plainly(refused), reason };
}

/** Whether the same call may yet succeed, as its service may only be away. */
export function mayPass(refusal: Refusal): boolean {
  return !FINAL.has(refusal.code);
}

/** Whether it tells that who was asked isn't there, and not that it wouldn't answer. */
export function isAbsence(refusal: Refusal): boolean {
  return refusal.code === Code.Unavailable || refusal.reason === "";
}

/** What an error without details comes from: the way to the gateway, not a service. */
function plainly(error: ConnectError): string {
  if (error.code === Code.DeadlineExceeded) return "There was no answer in time.";
  if (error.cause instanceof TypeError) return "The gateway can't be reached.";
  return error.rawMessage || "Something went wrong.";
}

function reasonOf(error: ConnectError): string {
  for (const detail of error.details) {
    if ("type" in detail && detail.type === "google.rpc.ErrorInfo") {
      const fields = detail.debug as { reason?: string } | undefined;
      return fields?.reason ?? "";
    }
  }
  return "";
}
