// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
import { ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ScanService, ScanState } from "./gen/atelier/resolver/v1/scan_service_pb.js";
import { Code as CodeName } from "./gen/google/rpc/code_pb.js";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";

const authenticate: Interceptor = (next) => (request) => {
  request.header.set("authorization", `Bearer ${process.env.ATELIER_TOKEN}`);
  return next(request);
};
const baseUrl = `http://${process.env.ATELIER_ADDRESS}`;
const transport = createGrpcTransport({ baseUrl, interceptors: [authenticate], defaultTimeoutMs: 60_000 });
const scans = createClient(ScanService, transport);
const [requestId, ...cards] = process.argv.slice(2);
try {
  let { scan } = await scans.createScan({
    requestId,
    detections: cards.map((card) => ({
      detectionId: card,
      evidence: { case: "external", value: { source: "pokemontcg", externalId: card } },
    })),
  });
  for await (const told of scans.watchScan({ scanId: scan!.scanId })) {
    scan = told.scan;
    console.log(`${ScanState[scan!.state]} ${scan!.progress!.done}/${scan!.progress!.total}`);
  }
  if (!scan!.result) fail(ScanState[scan!.state], scan!.error?.message);
  else console.log(`scan ${scan!.scanId}: ${scan!.result.resolved} of ${scan!.result.totalDetections} cards known`);
} catch (error) {
  const { code, rawMessage } = ConnectError.from(error);
  const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
  fail(info?.reason ?? CodeName[code], rawMessage);
}

function fail(reason: string, message?: string) {
  console.error(`${reason}: ${message}`);
  process.exitCode = 1;
}
