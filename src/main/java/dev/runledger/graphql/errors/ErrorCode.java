package dev.runledger.graphql.errors;

import graphql.ErrorClassification;
import java.util.Map;

/** The kinds of errors, as {@code extensions.code}. */
public enum ErrorCode implements ErrorClassification {
    /** The request is wrong, and will be wrong again. */
    BAD_REQUEST,
    /** There is no valid key. */
    UNAUTHORIZED,
    /** The key may not do this. */
    FORBIDDEN,
    /** It conflicts with what is stored. */
    CONFLICT,
    /** The request is for too much at once; the message names the limit. */
    LIMIT_EXCEEDED,
    /** A query was named by a hash that this server does not know; send its text and its hash once. */
    PERSISTED_QUERY_NOT_FOUND,
    /** The database is away. The same request may succeed later. */
    UNAVAILABLE,
    /** Our fault. The message has nothing but the id under which it was logged. */
    INTERNAL_ERROR;

    public CodedError error(String message) {
        return error(message, Map.of());
    }

    public CodedError error(String message, Map<String, Object> details) {
        return new CodedError(this, message, details);
    }
}
