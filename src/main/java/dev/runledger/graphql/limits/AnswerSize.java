package dev.runledger.graphql.limits;

import graphql.GraphQLContext;
import graphql.execution.AbortExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/** Counts the characters of JSON that an answer repeats from reports: one run can hold a megabyte, and be selected under many aliases. */
public final class AnswerSize {

    static final long MAX_CHARACTERS = 16L << 20;

    private final AtomicLong characters = new AtomicLong();

    AnswerSize() {}

    /** @throws AbortExecutionException if it is too much with this value */
    public static void count(GraphQLContext context, JsonNode value) {
        AnswerSize size = context.get(AnswerSize.class);
        if (size != null && size.characters.addAndGet(characters(value)) > MAX_CHARACTERS) {
            throw QueryRun.abort(
                    context,
                    "The answer has more than %d characters of JSON from reports; request fewer runs or fields at once"
                            .formatted(MAX_CHARACTERS));
        }
    }

    /** For the next result of a subscription. */
    void reset() {
        characters.set(0);
    }

    private static long characters(JsonNode value) {
        long sum = 2;
        if (value.isObject()) {
            for (var member : value.properties()) {
                sum += member.getKey().length() + 4 + characters(member.getValue());
            }
        } else if (value.isArray()) {
            for (JsonNode element : value) {
                sum += 1 + characters(element);
            }
        } else {
            sum += value.isString()
                    ? value.stringValue().length()
                    : value.asString().length();
        }
        return sum;
    }
}
