//! Ends the program where a call has failed, with the reason that is in the error's details.
use crate::stubs::google::rpc::Code;
use crate::stubs::resolver::Scan;
use tonic::Status;
use tonic_types::StatusExt;

pub fn exit_on(failed: Status) {
    let code = Code::try_from(failed.code() as i32).unwrap_or(Code::Unknown);
    let reason = failed.get_details_error_info().map(|info| info.reason);
    exit(reason.as_deref().unwrap_or(code.as_str_name()), failed.message());
}

pub fn exit(reason: &str, message: &str) -> ! {
    eprintln!("{reason}: {message}");
    std::process::exit(1)
}

pub fn state(scan: &Scan) -> &'static str {
    scan.state().as_str_name().trim_start_matches("SCAN_STATE_")
}
