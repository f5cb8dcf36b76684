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
        System.out.printf("%d/%d%n", scan.getProgress().getDone(), scan.getProgress().getTotal());
      }
      System.out.printf("scan %s: %s, %d of %d cards known%n", scan.getScanId(), scan.getState(),
          scan.getResult().getResolved(), scan.getProgress().getTotal());
    } catch (StatusRuntimeException failed) {
      System.err.printf("error: %s: %s%n", failed.getStatus().getCode(), failed.getStatus().getDescription());
      System.exit(1);
    }
    channel.shutdownNow();
  }
}
