package dev.runledger;

import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says in one line why the server refuses to start, and what to do about it. Other failures keep Spring Boot's report. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class RefusalReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FailureAnalyzedException refusal) {
                LoggerFactory.getLogger(RunledgerApplication.class)
                        .error(
                                "{} {}",
                                refusal.analysis().getDescription(),
                                refusal.analysis().getAction());
                return true;
            }
        }
        return false;
    }
}
