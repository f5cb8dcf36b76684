/** Scans: submitting one, those there are, and one as its detections are judged. */

import { scans } from "../connection";
import type { PageProps } from "../pages";
import { Bar } from "../parts/bar";
import { Listing } from "../parts/listing";
import { State } from "../parts/state";
import { link } from "../route";
import { session } from "../session";
import { ScanState, type Scan } from "../stubs/atelier/resolver/v1/scan_service_pb";
import { count, when, word } from "../wording";
import { NewScan } from "./new_scan";
import { OneScan } from "./one_scan";

export function Scans({ subject }: PageProps) {
  if (subject) return <OneScan id={subject} />;
  return (
    <>
      <h1>Scans</h1>
      <NewScan />
      <section class="panel" aria-label="Your scans">
        <h2>Your scans</h2>
        <Listing noun="scans" ask={list} draw={(scan) => <Row scan={scan} />} />
      </section>
    </>
  );
}

async function list(pageSize: number, signal: AbortSignal) {
  const answer = await scans.listScans({ owner: session.peek()?.subject ?? "", pageSize }, { signal });
  return { items: answer.scans, nextPageToken: answer.nextPageToken };
}

function Row({ scan }: { scan: Scan }) {
  return (
    <span class="entry">
      <a href={link("scans", scan.scanId)}>{when(scan.createTime)}</a>
      <State word={word(ScanState, scan.state)} />
      {scan.result ? (
        <span>
          {count(scan.result.resolved)} of {count(scan.result.totalDetections)} resolved
        </span>
      ) : (
        <Bar progress={scan.progress} label={`scan ${scan.scanId}`} />
      )}
    </span>
  );
}
