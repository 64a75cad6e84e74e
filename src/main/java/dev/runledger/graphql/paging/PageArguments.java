package dev.runledger.graphql.paging;

import dev.runledger.graphql.errors.RequestFailure;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is requested.
 *
 * @param size how many elements at most
 * @param backward whether the page ends before the cursor, or at the end of all; else it starts after it, or at the start
 * @param cursor where the page starts or ends; null at the start or end of all
 */
public record PageArguments(
        int size, boolean backward, @Nullable String cursor) {

    static final int DEFAULT_SIZE = 20;
    static final int MAX_SIZE = 100;

    public static PageArguments of(
            @Nullable Integer first, @Nullable String after, @Nullable Integer last, @Nullable String before) {
        boolean backward = last != null || before != null;
        if (backward && (first != null || after != null)) {
            throw RequestFailure.badRequest(
                    "A page goes forward by first and after, or backward by last and before; not both at once");
        }
        return backward
                ? new PageArguments(size("last", last), true, before)
                : new PageArguments(size("first", first), false, after);
    }

    private static int size(String argument, @Nullable Integer requested) {
        if (requested == null) {
            return DEFAULT_SIZE;
        }
        if (requested < 0) {
            throw RequestFailure.badRequest("%s is %d, it must be 0 or more".formatted(argument, requested));
        }
        if (requested > MAX_SIZE) {
            throw RequestFailure.limitExceeded(
                    "%s is %d, a page can have %d at most".formatted(argument, requested, MAX_SIZE));
        }
        return requested;
    }

    /** The argument that holds the cursor. */
    String cursorName() {
        return backward ? "before" : "after";
    }
}
