// Ends the program where a call has failed, with the reason that is in the error's details.
#pragma once
#include <cstdlib>
#include <iostream>
#include <string>

#include <grpcpp/support/status.h>

#include "atelier/resolver/v1/scan_service.pb.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

inline void exit_unless(bool good, const std::string& reason, const std::string& message) {
  if (good) return;
  std::cerr << reason << ": " << message << std::endl;
  std::exit(1);
}

inline void exit_on(const grpc::Status& failed) {
  std::string reason = google::rpc::Code_Name(static_cast<google::rpc::Code>(failed.error_code()));
  google::rpc::Status status;
  status.ParseFromString(failed.error_details());
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) reason = info.reason();
  }
  exit_unless(failed.ok(), reason, failed.error_message());
}

inline std::string state(const atelier::resolver::v1::Scan& scan) {
  return atelier::resolver::v1::ScanState_Name(scan.state()).substr(std::string("SCAN_STATE_").size());
}
