package dev.runledger.graphql.errors;

import graphql.GraphQLError;
import graphql.execution.ResultPath;
import graphql.language.SourceLocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error as clients see it: its kind is {@code extensions.code}. */
public record CodedError(
        ErrorCode code,
        String message,
        Map<String, Object> details,
        @Nullable List<Object> path,
        @Nullable List<SourceLocation> locations)
        implements GraphQLError {

    CodedError(ErrorCode code, String message, Map<String, Object> details) {
        this(code, message, details, null, null);
    }

    CodedError at(ResultPath place, @Nullable SourceLocation location) {
        return new CodedError(code, message, details, place.toList(), location == null ? null : List.of(location));
    }

    /** The same where the other error happened. */
    CodedError insteadOf(GraphQLError other) {
        List<SourceLocation> places = other.getLocations();
        return new CodedError(
                code, message, details, other.getPath(), places == null || places.isEmpty() ? null : places);
    }

    @Override
    public String getMessage() {
        return message;
    }

    @Override
    public @Nullable List<SourceLocation> getLocations() {
        return locations;
    }

    @Override
    public @Nullable List<Object> getPath() {
        return path;
    }

    @Override
    public ErrorCode getErrorType() {
        return code;
    }

    @Override
    public Map<String, Object> getExtensions() {
        Map<String, Object> extensions = new HashMap<>(details);
        extensions.put("code", code.name());
        return extensions;
    }
}
