package dev.runledger.report;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the reporter itself warns of, such as a summary that was missing; whatever is no warning is left out. */
final class ReportedWarnings {

    static final String FIELD = "warnings";

    private static final int MOST = 20;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_MESSAGE = 500;

    private ReportedWarnings() {}

    static List<ReportWarning> in(JsonNode body) {
        return body.path(FIELD).isArray()
                ? body.get(FIELD)
                        .valueStream()
                        .flatMap(ReportedWarnings::read)
                        .limit(MOST)
                        .toList()
                : List.of();
    }

    private static Stream<ReportWarning> read(JsonNode warning) {
        String field = text(warning, "field", LONGEST_NAME);
        String type = text(warning, "type", LONGEST_NAME);
        String message = text(warning, "message", LONGEST_MESSAGE);
        return field == null || type == null || message == null
                ? Stream.empty()
                : Stream.of(new ReportWarning(field, type, message));
    }

    private static @Nullable String text(JsonNode warning, String name, int longest) {
        String text = warning.path(name).stringValue("");
        String cut = text.substring(0, Math.min(text.length(), longest));
        return StorableText.isBlank(cut) ? null : StorableText.of(cut);
    }
}
