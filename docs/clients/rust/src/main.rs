//! Scans cards and tells how that gets on: `first REQUEST_ID CARD_ID...`
mod errors;
mod stubs;
use std::{env, time::Duration};
use stubs::resolver::scan_service_client::ScanServiceClient;
use stubs::resolver::{CreateScanRequest, Detection, ExternalId, WatchScanRequest, detection::Evidence};
use tonic::{Request, Status, transport::Endpoint};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    scan().await.unwrap_or_else(errors::exit_on);
}

async fn scan() -> Result<(), Status> {
    let address = format!("http://{}", env::var("ATELIER_ADDRESS").unwrap());
    let token = format!("Bearer {}", env::var("ATELIER_TOKEN").unwrap());
    let channel = Endpoint::from_shared(address).unwrap().connect_lazy();
    let mut scans = ScanServiceClient::with_interceptor(channel, move |mut request: Request<()>| {
        request.metadata_mut().insert("authorization", token.parse().unwrap());
        request.set_timeout(Duration::from_secs(60));
        Ok(request)
    });
    let request_id = env::args().nth(1).unwrap();
    let detections = env::args().skip(2).map(|card| {
        let id = ExternalId { source: "pokemontcg".into(), external_id: card.clone() };
        Detection { detection_id: card, evidence: Some(Evidence::External(id)), ..Default::default() }
    });
    let request = CreateScanRequest { request_id, detections: detections.collect(), ..Default::default() };
    let mut scan = scans.create_scan(request).await?.into_inner().scan.unwrap();
    let mut watch = scans.watch_scan(WatchScanRequest { scan_id: scan.scan_id.clone() }).await?.into_inner();
    while let Some(told) = watch.message().await? {
        scan = told.scan.unwrap();
        let progress = scan.progress.unwrap();
        println!("{} {}/{}", errors::state(&scan), progress.done, progress.total);
    }
    let Some(result) = &scan.result else { errors::exit(errors::state(&scan), &scan.error.unwrap().message) };
    println!("scan {}: {} of {} cards known", scan.scan_id, result.resolved, result.total_detections);
    Ok(())
}
