package dev.runledger.report;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** UUIDs as they are written in full; Java would take {@code 1-1-1-1-1} for one. */
public final class UuidText {

    private static final Pattern FULL =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    private UuidText() {}

    /** The UUID that the text is, in upper or lower case; null if it is none. */
    public static @Nullable UUID parse(String text) {
        return FULL.matcher(text).matches() ? UUID.fromString(text) : null;
    }
}
