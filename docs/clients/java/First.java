// Scans cards and tells how that gets on: First REQUEST_ID CARD_ID...
import atelier.resolver.v1.*;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;

class First {
  public static void main(String... arguments) {
    var channel = ManagedChannelBuilder.forTarget(System.getenv("ATELIER_ADDRESS")).usePlaintext().build();
    var token = new Metadata();
    token.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + System.getenv("ATELIER_TOKEN"));
    var scans = ScanServiceGrpc.newBlockingStub(channel).withDeadlineAfter(1, TimeUnit.MINUTES)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(token));
    var request = CreateScanRequest.newBuilder().setRequestId(arguments[0]);
    for (var card : List.of(arguments).subList(1, arguments.length)) {
      var id = ExternalId.newBuilder().setSource("pokemontcg").setExternalId(card);
      request.addDetections(Detection.newBuilder().setDetectionId(card).setExternal(id));
    }
    try {
      var scan = scans.createScan(request.build()).getScan();
      var watch = scans.watchScan(WatchScanRequest.newBuilder().setScanId(scan.getScanId()).build());
      while (watch.hasNext()) {
        scan = watch.next().getScan();
        System.out.printf("%s %d/%d%n", Errors.state(scan), scan.getProgress().getDone(), scan.getProgress().getTotal());
      }
      Errors.exitUnless(scan.hasResult(), Errors.state(scan), scan.getError().getMessage());
      var result = scan.getResult();
      System.out.printf("scan %s: %d of %d cards known%n", scan.getScanId(), result.getResolved(), result.getTotalDetections());
    } catch (StatusRuntimeException failed) {
      Errors.exitOn(failed);
    }
    channel.shutdownNow();
  }
}
