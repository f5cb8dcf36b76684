//! Scans cards and tells how that gets on: `first REQUEST_ID CARD_ID...`
#![allow(dead_code)]
use atelier::resolver::v1::scan_service_client::ScanServiceClient;
use atelier::resolver::v1::{CreateScanRequest, Detection, ExternalId, WatchScanRequest, detection::Evidence};
use google::rpc::Code;
use std::{env::args, env::var, process::exit, time::Duration};
use tonic::{Request, Status, transport::Endpoint};
include!("../gen/mod.rs");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let token = format!("Bearer {}", var("ATELIER_TOKEN").unwrap());
    let channel = Endpoint::from_shared(format!("http://{}", var("ATELIER_ADDRESS").unwrap())).unwrap().connect_lazy();
    let mut scans = ScanServiceClient::with_interceptor(channel, move |mut request: Request<()>| {
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        request.set_timeout(Duration::from_secs(60));
        Ok(request)
    });
    let detections = args().skip(2).map(|card| {
        let id = ExternalId { source: "pokemontcg".into(), external_id: card.clone() };
        Detection { detection_id: card, evidence: Some(Evidence::External(id)), ..Default::default() }
    });
    let (request_id, detections) = (args().nth(1).unwrap(), detections.collect());
    let request = CreateScanRequest { request_id, detections, ..Default::default() };
    let mut scan = scans.create_scan(request).await.unwrap_or_else(fail).into_inner().scan.unwrap();
    let wanted = WatchScanRequest { scan_id: scan.scan_id.clone() };
    let mut watch = scans.watch_scan(wanted).await.unwrap_or_else(fail).into_inner();
    while let Some(told) = watch.message().await.unwrap_or_else(fail) {
        scan = told.scan.unwrap();
        println!("{}/{}", scan.progress.unwrap().done, scan.progress.unwrap().total);
    }
    let (state, known) = (scan.state().as_str_name(), scan.result.unwrap_or_default().resolved);
    println!("scan {}: {state}, {known} of {} cards known", scan.scan_id, scan.progress.unwrap().total);
}

fn fail<T>(failed: Status) -> T {
    eprintln!("error: {}: {}", Code::try_from(failed.code() as i32).unwrap().as_str_name(), failed.message());
    exit(1)
}
