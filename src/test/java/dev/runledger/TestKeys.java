package dev.runledger;

/** The service keys that a {@link RunledgerTest} knows. */
public final class TestKeys {

    public static final String WRITER = "writer-key-of-the-tests";
    public static final String REPORTER = "reporter-key-of-the-tests";
    public static final String VIEWER = "viewer-key-of-the-tests";
    public static final String ANALYST = "analyst-key-of-the-tests";
    public static final String ONCALL = "on-call-key-of-the-tests";
    public static final String ADMIN = "admin-key-of-the-tests";

    private TestKeys() {}
}
