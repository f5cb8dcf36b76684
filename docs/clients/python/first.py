"""Scans cards and tells how that gets on: first.py REQUEST_ID CARD_ID..."""

import os
import sys

import grpc
from atelier.resolver.v1.resolver_service_pb2 import ExternalId
from atelier.resolver.v1.scan_service_pb2 import CreateScanRequest, Detection, ScanState, WatchScanRequest
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier_client import blocking_token_interceptors, open_blocking_channel
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

address, interceptors = os.environ["ATELIER_ADDRESS"], blocking_token_interceptors(os.environ["ATELIER_TOKEN"])
channel = open_blocking_channel(address, package="atelier.resolver.v1", interceptors=interceptors)
scans = ScanServiceStub(channel)
request_id, *cards = sys.argv[1:]
ids = [ExternalId(source="pokemontcg", external_id=card) for card in cards]
detections = [Detection(detection_id=one.external_id, external=one) for one in ids]
try:
    scan = scans.CreateScan(CreateScanRequest(request_id=request_id, detections=detections), timeout=60).scan
    for told in scans.WatchScan(WatchScanRequest(scan_id=scan.scan_id), timeout=60):
        scan, state = told.scan, ScanState.Name(told.scan.state).removeprefix("SCAN_STATE_")
        print(f"{state} {scan.progress.done}/{scan.progress.total}", flush=True)
except grpc.RpcError as error:
    info = ErrorInfo()
    for detail in getattr(rpc_status.from_call(error), "details", ()):
        detail.Unpack(info)
    sys.exit(f"{info.reason or error.code().name}: {error.details()}")
if not scan.HasField("result"):
    sys.exit(f"{state}: {scan.error.message}")
print(f"scan {scan.scan_id}: {scan.result.resolved} of {scan.result.total_detections} cards known")
