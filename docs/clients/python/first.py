"""Scans cards and tells how that gets on: first.py REQUEST_ID CARD_ID..."""

import os
import sys

import grpc
from atelier.resolver.v1.resolver_service_pb2 import ExternalId
from atelier.resolver.v1.scan_service_pb2 import CreateScanRequest, Detection, ScanState, WatchScanRequest
from atelier.resolver.v1.scan_service_pb2_grpc import ScanServiceStub
from atelier_client import blocking_token_interceptors, open_blocking_channel

address, interceptors = os.environ["ATELIER_ADDRESS"], blocking_token_interceptors(os.environ["ATELIER_TOKEN"])
channel = open_blocking_channel(address, package="atelier.resolver.v1", interceptors=interceptors)
scans = ScanServiceStub(channel)
request_id, *cards = sys.argv[1:]
ids = [ExternalId(source="pokemontcg", external_id=card) for card in cards]
detections = [Detection(detection_id=one.external_id, external=one) for one in ids]
try:
    scan = scans.CreateScan(CreateScanRequest(request_id=request_id, detections=detections), timeout=60).scan
    for told in scans.WatchScan(WatchScanRequest(scan_id=scan.scan_id), timeout=60):
        scan = told.scan
        print(f"{scan.progress.done}/{scan.progress.total}", flush=True)
except grpc.RpcError as error:
    sys.exit(f"error: {error.code().name}: {error.details()}")
state = ScanState.Name(scan.state)
print(f"scan {scan.scan_id}: {state}, {scan.result.resolved} of {scan.progress.total} cards known")
