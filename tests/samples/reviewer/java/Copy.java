import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;

/** Copies a file. */
final class Copy {
    static void copy(String from, String to) throws IOException {
        FileInputStream input = new FileInputStream(from);
        FileOutputStream output = new FileOutputStream(to);
        input.transferTo(output);
        output.close();
        input.close();
    }
}
