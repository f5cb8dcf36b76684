/** The gateway's methods, called with the token of whoever is signed in. */

import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { session, signOut } from "./session";
import { GatewayService } from "./stubs/atelier/gateway/v1/gateway_service_pb";
import { CreditService } from "./stubs/atelier/generator/v1/credit_service_pb";
import { GenerationService } from "./stubs/atelier/generator/v1/generation_service_pb";
import { PoseService } from "./stubs/atelier/generator/v1/pose_service_pb";
import { JobsService } from "./stubs/atelier/jobs/v1/jobs_service_pb";
import { ScanService } from "./stubs/atelier/resolver/v1/scan_service_pb";
import { QuotaService } from "./stubs/atelier/reviewer/v1/quota_service_pb";
import { ReviewService } from "./stubs/atelier/reviewer/v1/review_service_pb";

const DEADLINE_MS = 10_000;
/** Options of a stream, which has no deadline. */
export const ENDLESS = { timeoutMs: 0 };

const authorise: Interceptor = (next) => async (request) => {
  const token = session.peek()?.token;
  if (token && !request.header.has("authorization")) request.header.set("authorization", `Bearer ${token}`);
  try {
    return await next(request);
  } catch (error) {
    leaveIfUnknown(error);
    throw error;
  }
};

const transport = createConnectTransport({
  baseUrl: location.origin,
  useBinaryFormat: true,
  defaultTimeoutMs: DEADLINE_MS,
  interceptors: [authorise],
});

export const gateway = createClient(GatewayService, transport);
export const jobs = createClient(JobsService, transport);
export const scans = createClient(ScanService, transport);
export const generations = createClient(GenerationService, transport);
export const poses = createClient(PoseService, transport);
export const credits = createClient(CreditService, transport);
export const reviews = createClient(ReviewService, transport);
export const quotas = createClient(QuotaService, transport);

/** Ask the gateway whether it knows a token. Throws ConnectError when it doesn't. */
export async function tryToken(token: string): Promise<void> {
  await gateway.getOverview({ latest: 1 }, { headers: { authorization: `Bearer ${token}` } });
}

/** Sign out whom the gateway knows no more, as when a token has expired. */
export function leaveIfUnknown(error: unknown): void {
  const refused = ConnectError.from(error);
  if (refused.code === Code.Unauthenticated && session.peek() !== null) signOut(refused.rawMessage);
}
