/** Checks who may come in. */
public final class Login {
    private final String expected;

    Login(String expected) {
        this.expected = expected;
    }

    boolean isRight(String given) {
        return given == expected;
    }
}
