package dev.runledger;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/** Logs at every level while a test runs, and as usual after it: other applications of this JVM log, too. */
public final class EverythingIsLogged implements BeforeEachCallback, AfterEachCallback {

    private static final LoggingSystem LOGGING = LoggingSystem.get(EverythingIsLogged.class.getClassLoader());
    private static final List<String> NOISE =
            List.of("sun", "jdk", "org.springframework.test", "org.springframework.boot.test");

    @Override
    public void beforeEach(ExtensionContext test) {
        LOGGING.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.TRACE);
        NOISE.forEach(name -> LOGGING.setLogLevel(name, LogLevel.INFO));
    }

    @Override
    public void afterEach(ExtensionContext test) {
        LOGGING.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
        NOISE.forEach(name -> LOGGING.setLogLevel(name, null));
    }
}
