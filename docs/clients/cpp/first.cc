// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
#include <grpcpp/grpcpp.h>
#include <iostream>
#include "atelier/resolver/v1/scan_service.grpc.pb.h"
#include "google/rpc/code.pb.h"

using namespace atelier::resolver::v1;

int main(int count, char** arguments) {
  auto channel = grpc::CreateChannel(std::getenv("ATELIER_ADDRESS"), grpc::InsecureChannelCredentials());
  auto scans = ScanService::NewStub(channel);
  grpc::ClientContext creating, watching;
  for (auto* call : {&creating, &watching}) {
    call->AddMetadata("authorization", std::string("Bearer ") + std::getenv("ATELIER_TOKEN"));
    call->set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  }
  CreateScanRequest request;
  request.set_request_id(arguments[1]);
  for (int place = 2; place < count; ++place) {
    auto* detection = request.add_detections();
    detection->set_detection_id(arguments[place]);
    detection->mutable_external()->set_source("pokemontcg");
    detection->mutable_external()->set_external_id(arguments[place]);
  }
  CreateScanResponse created;
  auto status = scans->CreateScan(&creating, request, &created);
  Scan scan = created.scan();
  WatchScanRequest wanted;
  wanted.set_scan_id(scan.scan_id());
  auto watch = status.ok() ? scans->WatchScan(&watching, wanted) : nullptr;
  for (WatchScanResponse told; watch && watch->Read(&told); scan = told.scan())
    std::cout << told.scan().progress().done() << "/" << told.scan().progress().total() << std::endl;
  if (watch) status = watch->Finish();
  if (status.ok())
    std::cout << "scan " << scan.scan_id() << ": " << ScanState_Name(scan.state()) << ", "
              << scan.result().resolved() << " of " << scan.progress().total() << " cards known\n";
  else std::cerr << "error: " << google::rpc::Code_Name(google::rpc::Code(status.error_code())) << ": " << status.error_message() << "\n";
  return status.ok() ? 0 : 1;
}
