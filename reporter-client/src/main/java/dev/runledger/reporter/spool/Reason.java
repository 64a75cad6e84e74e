package dev.runledger.reporter.spool;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Why a report is in quarantine.
 *
 * @param status the server's HTTP status; null if nobody can read the report, or nobody answered for it
 * @param detail the server's own words, or what is wrong with the file
 * @param backend which server and key refused it, if another may take it; else null
 * @param gaveUp it was not refused, but failed for a day while others were recorded
 */
public record Reason(
        @Nullable Integer status, JsonNode detail, @Nullable String backend, boolean gaveUp) {

    public static Reason refused(int status, JsonNode detail) {
        return new Reason(status, detail, null, false);
    }

    /** No server has seen it. */
    public static Reason unreadable(String why) {
        return new Reason(null, StringNode.valueOf(why), null, false);
    }

    /** The report may be sound, and is worth another try once this is something else. */
    public Reason of(@Nullable String backend) {
        return new Reason(status, detail, backend, gaveUp);
    }
}
