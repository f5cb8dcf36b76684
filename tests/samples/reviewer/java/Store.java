import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Opens the shop's database. */
final class Store {
    private static final String URL = "jdbc:postgresql://shop:@@url-password@@@db.internal/shop";

    Connection open() throws SQLException {
        return DriverManager.getConnection(URL);
    }
}
