package dev.runledger.graphql.errors;

import java.util.Map;

/** Why a request, or a part of it, is not answered, in words for the client. */
public final class RequestFailure extends RuntimeException {

    private final ErrorCode code;
    private final transient Map<String, Object> extensions;

    RequestFailure(ErrorCode code, String message, Map<String, Object> extensions) {
        super(message);
        this.code = code;
        this.extensions = extensions;
    }

    public static RequestFailure badRequest(String message) {
        return new RequestFailure(ErrorCode.BAD_REQUEST, message, Map.of());
    }

    public static RequestFailure conflict(String message) {
        return new RequestFailure(ErrorCode.CONFLICT, message, Map.of());
    }

    public static RequestFailure forbidden(String message) {
        return new RequestFailure(ErrorCode.FORBIDDEN, message, Map.of());
    }

    /** In the very words that clients look for. */
    public static RequestFailure persistedQueryNotFound() {
        return new RequestFailure(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound", Map.of());
    }

    public static RequestFailure limitExceeded(String message) {
        return new RequestFailure(ErrorCode.LIMIT_EXCEEDED, message, Map.of());
    }

    public ErrorCode code() {
        return code;
    }

    Map<String, Object> extensions() {
        return extensions;
    }
}
