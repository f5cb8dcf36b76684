/** One scan as it gets on, with its detections as they are judged. */

import { useState } from "preact/hooks";
import { useAnswer } from "../asking";
import { ENDLESS, jobs, scans } from "../connection";
import { useFollowing } from "../following";
import { Action } from "../parts/action";
import { Bar } from "../parts/bar";
import { Refused, Silent } from "../parts/notice";
import { State } from "../parts/state";
import { link } from "../route";
import {
  DetectionReason,
  DetectionTier,
  ScanState,
  type Detection,
  type Scan,
  type ScannedDetection,
} from "../stubs/atelier/resolver/v1/scan_service_pb";
import { count, counted, sums, when, word } from "../wording";

const EVERY_SECONDS = 1;
const STEP = 100;
const MOST = 1000;

export function OneScan({ id }: { id: string }) {
  const [scan, setScan] = useState<Scan | undefined>();
  const [round, setRound] = useState(0);
  const silence = useFollowing(
    (signal) => scans.watchScan({ scanId: id }, { signal, ...ENDLESS }),
    (message) => setScan(message.scan),
    `${id} ${round}`,
  );
  const again = () => setRound(round + 1);
  return (
    <>
      <p>
        <a href={link("scans")}>All scans</a>
      </p>
      <div class="title">
        <h1>Scan {scan && when(scan.createTime)}</h1>
        {scan && <State word={word(ScanState, scan.state)} />}
        {scan && <Steering scan={scan} changed={again} />}
      </div>
      <Silent why={silence} />
      {scan && <Outcome scan={scan} />}
      {scan && <Detections id={id} state={scan.state} />}
    </>
  );
}

function Steering({ scan, changed }: { scan: Scan; changed: () => void }) {
  if (scan.state === ScanState.PENDING) {
    return (
      <Action done="The scan was told to stop" act={() => jobs.cancelJob({ name: scan.job }).then(changed)}>
        Cancel
      </Action>
    );
  }
  if (scan.state === ScanState.SUCCEEDED) return null;
  return (
    <Action done="The scan was queued" act={() => jobs.retryJob({ name: scan.job }).then(changed)}>
      Retry
    </Action>
  );
}

function Outcome({ scan }: { scan: Scan }) {
  const { result, error } = scan;
  return (
    <div class="panel">
      <Bar progress={scan.progress} label="the scan" />
      {result && (
        <p>
          {count(result.resolved)} of {counted(result.totalDetections, "detection")} resolved;{" "}
          {counted(result.userCardsCreated, "card")} new in the <a href={link("collection")}>collection</a>,{" "}
          {count(result.userCardsUpdated)} more of; {count(result.needsReview)} for a person to look at.
        </p>
      )}
      {error && <p class="error">{error.message}</p>}
    </div>
  );
}

/** While more of them are judged they are asked for every so often: progress comes faster than answers may. */
function Detections({ id, state }: { id: string; state: ScanState }) {
  const [size, setSize] = useState(STEP);
  const ask = (signal: AbortSignal) => scans.getScan({ scanId: id, pageSize: size }, { signal });
  const { value, refusal } = useAnswer(ask, `${state} ${size}`, state === ScanState.PENDING ? EVERY_SECONDS : 0);
  return (
    <section class="panel" aria-label="Detections">
      <h2>Detections</h2>
      <Refused why={refusal} />
      <ul class="rows" aria-label="detections">
        {value?.detections.map((one) => (
          <Row key={one.detection?.detectionId} one={one} />
        ))}
      </ul>
      {value?.nextPageToken && size < MOST && (
        <button type="button" onClick={() => setSize(Math.min(size * 2, MOST))}>
          Show more detections
        </button>
      )}
    </section>
  );
}

function Row({ one }: { one: ScannedDetection }) {
  const { detection } = one;
  return (
    <li class="detection">
      <code>{detection?.detectionId}</code>
      <span>{detection && evidenceOf(detection)}</span>
      <span>
        {one.name && <strong>{one.name}</strong>} {one.catalogId && <code>{one.catalogId}</code>}
        {one.reason !== DetectionReason.UNSPECIFIED && <Unresolved one={one} />}
      </span>
      <span class="quiet">{word(DetectionTier, one.tier)}</span>
      <span class="number">{detection?.estimatedValue && sums([detection.estimatedValue])}</span>
    </li>
  );
}

function Unresolved({ one }: { one: ScannedDetection }) {
  const [first] = one.candidates;
  return (
    <>
      <State word={word(DetectionReason, one.reason)} /> {one.message}
      {first && (
        <small>
          perhaps {first.name} <code>{first.catalogId}</code>
        </small>
      )}
    </>
  );
}

function evidenceOf({ evidence }: Detection): string {
  switch (evidence.case) {
    case "external":
      return `${evidence.value.source} ${evidence.value.externalId}`;
    case "text":
      return [evidence.value.name, evidence.value.number, evidence.value.set].filter(Boolean).join(" · ");
    case "embedding":
      return "an embedding";
    default:
      return "nothing";
  }
}
