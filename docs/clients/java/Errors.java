import atelier.resolver.v1.Scan;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** Ends the program where a call has failed, with the reason that is in the error's details. */
class Errors {
  static void exitOn(StatusRuntimeException failed) {
    var reason = failed.getStatus().getCode().name();
    try {
      for (var detail : StatusProto.fromThrowable(failed).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) reason = detail.unpack(ErrorInfo.class).getReason();
      }
    } catch (InvalidProtocolBufferException unreadable) {
      System.err.println("The error's details can't be read.");
    }
    exitUnless(false, reason, failed.getStatus().getDescription());
  }

  static void exitUnless(boolean good, String reason, String message) {
    if (good) return;
    System.err.printf("%s: %s%n", reason, message);
    System.exit(1);
  }

  static String state(Scan scan) {
    return scan.getState().name().replaceFirst("^SCAN_STATE_", "");
  }
}
