package dev.runledger.graphql.scalars;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.report.StorableText;

/** Text in a query to PostgreSQL, which has to be such as it can store. */
public final class ArgumentText {

    private ArgumentText() {}

    /** Returns the text, or refuses it by the name of the argument. */
    public static String check(String argument, String text) {
        if (!StorableText.isStorable(text)) {
            throw RequestFailure.badRequest(argument + " must be valid Unicode without the character NUL");
        }
        return text;
    }
}
