package dev.runledger.rest;

import dev.runledger.report.ReportField;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** How runs are written to a file. */
enum RunExportFormat {

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a> */
    CSV("text/csv;charset=utf-8;header=present") {
        @Override
        void begin(Writer out) throws IOException {
            out.write(String.join(",", COLUMNS));
            out.write(END_OF_RECORD);
        }

        @Override
        void write(JsonNode run, Writer out) throws IOException {
            out.write(COLUMNS.stream().map(column -> field(run.path(column))).collect(Collectors.joining(",")));
            out.write(END_OF_RECORD);
        }
    },

    /** A JSON object on each line. */
    NDJSON("application/x-ndjson") {
        @Override
        void write(JsonNode run, Writer out) throws IOException {
            out.write(run.toString());
            out.write('\n');
        }
    };

    private static final String END_OF_RECORD = "\r\n";

    private static final List<String> COLUMNS = Stream.of(
                    Stream.of("id"),
                    Stream.of(ReportField.values()).map(ReportField::column),
                    Stream.of("created_at", "updated_at", "stuck_at", "recovered", "warnings"))
            .flatMap(names -> names)
            .toList();

    private final String contentType;

    RunExportFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** Of the file's name; what a request calls the format, too. */
    String extension() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What precedes the first run. */
    void begin(Writer out) throws IOException {}

    /** @param run its detail */
    abstract void write(JsonNode run, Writer out) throws IOException;

    /**
     * Empty for what was not reported; a text that is empty is in quotes, and one that a spreadsheet would run as a formula is kept
     * a text, as in the pages' own files.
     */
    private static String field(JsonNode value) {
        if (value.isNull() || value.isMissingNode()) {
            return "";
        }
        String text = value.isString() ? asText(value.stringValue()) : value.toString();
        return text.isEmpty() || text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static String asText(String text) {
        return text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
    }
}
