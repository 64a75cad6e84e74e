package dev.runledger.graphql.scalars;

import dev.runledger.graphql.errors.RequestFailure;

/** Text that PostgreSQL can be asked for: it knows neither the character NUL nor half a surrogate pair. */
public final class StorableText {

    private StorableText() {}

    /** Returns the text, or refuses it by the name of the argument. */
    public static String check(String argument, String text) {
        if (text.codePoints().anyMatch(point -> point == 0 || point >= 0xD800 && point <= 0xDFFF)) {
            throw RequestFailure.badRequest(argument + " must be valid Unicode without the character NUL");
        }
        return text;
    }
}
