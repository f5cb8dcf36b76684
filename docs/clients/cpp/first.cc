// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
#include <grpcpp/grpcpp.h>
#include "atelier/resolver/v1/scan_service.grpc.pb.h"
#include "errors.h"

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
  exit_on(scans->CreateScan(&creating, request, &created));
  WatchScanRequest wanted;
  wanted.set_scan_id(created.scan().scan_id());
  auto watch = scans->WatchScan(&watching, wanted);
  Scan scan = created.scan();
  for (WatchScanResponse told; watch->Read(&told); scan = told.scan()) {
    std::cout << state(told.scan()) << " " << told.scan().progress().done() << "/" << told.scan().progress().total() << std::endl;
  }
  exit_on(watch->Finish());
  exit_unless(scan.has_result(), state(scan), scan.error().message());
  std::cout << "scan " << scan.scan_id() << ": " << scan.result().resolved() << " of "
            << scan.result().total_detections() << " cards known" << std::endl;
}
