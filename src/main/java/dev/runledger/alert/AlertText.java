package dev.runledger.alert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

/**
 * A message about an alert, in words.
 *
 * @param others how many more fire, likely due to the same cause
 * @param lines what else there is to say, by what it is
 */
record AlertText(String type, String alertId, String summary, int others, Map<String, String> lines) {

    static AlertText of(JsonNode body) {
        JsonNode data = body.path("data");
        Map<String, String> lines = new LinkedHashMap<>();
        put(lines, "Since", data.path("firedAt"));
        put(lines, "Runledger was away since", data.path("awaySince"));
        JsonNode others = data.path("alsoFiring");
        for (int i = 0; i < others.size(); i++) {
            put(lines, "Also firing (%d):".formatted(i + 1), others.get(i).path("summary"));
        }
        JsonNode causes = data.path("causes");
        for (int i = 0; i < causes.size(); i++) {
            put(lines, i == 0 ? "Likeliest cause:" : "Also seen (%d):".formatted(i), causes.get(i));
        }
        String runs = data.path("runs")
                .valueStream()
                .map(run -> run.path("url").stringValue(run.path("id").stringValue("")))
                .collect(Collectors.joining("\n    "));
        if (!runs.isEmpty()) {
            lines.put("Runs, the last first:", "\n    " + runs);
        }
        put(lines, "Alerts:", data.path("url"));
        put(lines, "Query:", data.path("queryUrl"));
        put(lines, "To acknowledge:", data.path("acknowledge"));
        put(lines, "To silence:", data.path("silence"));
        return new AlertText(
                body.path("type").stringValue(""),
                data.path("id").stringValue(""),
                data.path("summary").stringValue(""),
                others.size(),
                lines);
    }

    private static void put(Map<String, String> lines, String what, JsonNode text) {
        if (text.isString()) {
            lines.put(what, text.stringValue());
        }
    }

    boolean isOver() {
        return "alert.resolved".equals(type);
    }

    boolean isTest() {
        return "alert.test".equals(type);
    }

    /** As "Firing: Approval: APPROVAL_RATE is 0.612 (0.55 to 0.67, 12 runs), BELOW 0.7". */
    String title() {
        return (isTest() ? "Test: " : isOver() ? "Resolved: " : "Firing: ")
                + summary.replaceAll("\\p{Cntrl}+", " ")
                + (others == 0 ? "" : ", and %d more".formatted(others));
    }

    String plain() {
        StringBuilder text = new StringBuilder(title()).append("\n");
        lines.forEach((what, said) -> text.append(what)
                .append(said.startsWith("\n") ? "" : " ")
                .append(said)
                .append("\n"));
        return text.toString();
    }

    String html() {
        return "<p><strong>" + HtmlUtils.htmlEscape(title()) + "</strong></p><pre>"
                + HtmlUtils.htmlEscape(plain().substring(title().length()).strip())
                        .replaceAll("(https?://[^\\s<>]+)", "<a href=\"$1\">$1</a>")
                + "</pre>";
    }

    /** With the three characters escaped by which Slack would mention or link something. */
    String slack() {
        return plain().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
