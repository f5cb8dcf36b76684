// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
import { ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ScanService, ScanState } from "./gen/atelier/resolver/v1/scan_service_pb.js";
import { Code as CodeName } from "./gen/google/rpc/code_pb.js";

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
    console.log(`${scan!.progress!.done}/${scan!.progress!.total}`);
  }
  const known = `${scan!.result?.resolved ?? 0} of ${scan!.progress!.total} cards known`;
  console.log(`scan ${scan!.scanId}: SCAN_STATE_${ScanState[scan!.state]}, ${known}`);
} catch (error) {
  const { code, rawMessage } = ConnectError.from(error);
  console.error(`error: ${CodeName[code]}: ${rawMessage}`);
  process.exitCode = 1;
}
