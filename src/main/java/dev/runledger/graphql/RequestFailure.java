package dev.runledger.graphql;

import java.util.Map;

/** Why a request, or a part of it, is not answered, in words for the client. */
final class RequestFailure extends RuntimeException {

    private final ErrorCode code;
    private final transient Map<String, Object> extensions;

    RequestFailure(ErrorCode code, String message, Map<String, Object> extensions) {
        super(message);
        this.code = code;
        this.extensions = extensions;
    }

    static RequestFailure badRequest(String message) {
        return new RequestFailure(ErrorCode.BAD_REQUEST, message, Map.of());
    }

    static RequestFailure limitExceeded(String message) {
        return new RequestFailure(ErrorCode.LIMIT_EXCEEDED, message, Map.of());
    }

    ErrorCode code() {
        return code;
    }

    Map<String, Object> extensions() {
        return extensions;
    }
}
