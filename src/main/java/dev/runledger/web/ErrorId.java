package dev.runledger.web;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** By what an answer names an error that is logged: the request's trace where there is one, so that one id leads to both. */
public final class ErrorId {

    private ErrorId() {}

    public static String next() {
        String trace = trace();
        return trace == null ? UUID.randomUUID().toString() : trace;
    }

    /** The id of the trace that this thread works for; null if there is none. */
    public static @Nullable String trace() {
        return MDC.get("traceId");
    }
}
