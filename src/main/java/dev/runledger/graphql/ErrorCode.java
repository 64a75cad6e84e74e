package dev.runledger.graphql;

import graphql.ErrorClassification;
import graphql.GraphQLError;
import java.util.HashMap;
import java.util.Map;

/** The kinds of errors that a client can tell apart, by {@code extensions.code}. */
enum ErrorCode implements ErrorClassification {
    /** The request is wrong, and will be wrong again. */
    BAD_REQUEST,
    /** There is no valid key. */
    UNAUTHORIZED,
    /** The key may not do this. */
    FORBIDDEN,
    /** What is stored stands against it. */
    CONFLICT,
    /** The request asks for too much at once; the message names the limit. */
    LIMIT_EXCEEDED,
    /** The database is away. The same request may succeed later. */
    UNAVAILABLE,
    /** Our fault. The message has nothing but the id under which it was logged. */
    INTERNAL_ERROR;

    GraphQLError error(String message) {
        return error(message, Map.of());
    }

    GraphQLError error(String message, Map<String, Object> extensions) {
        return GraphQLError.newError()
                .errorType(this)
                .message(message)
                .extensions(with(extensions))
                .build();
    }

    /** The extensions with this code beside them. */
    Map<String, Object> with(Map<String, Object> extensions) {
        Map<String, Object> all = new HashMap<>(extensions);
        all.put("code", name());
        return all;
    }
}
