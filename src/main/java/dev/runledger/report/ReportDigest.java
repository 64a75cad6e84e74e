package dev.runledger.report;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Distinguishes a retry of a report from a different report: SHA-256 over its values in a canonical form. Equal
 * instants, numbers of equal value, members in any order, arbiter or judge names, absent or null are the same.
 */
public final class ReportDigest {

    private final StringBuilder text = new StringBuilder();

    private ReportDigest() {}

    public static byte[] of(RunReport report) {
        ReportDigest digest = new ReportDigest();
        report.values().forEach((field, value) -> {
            digest.text.append(field.column()).append('=');
            digest.append(value);
            digest.text.append('\n');
        });
        return sha256(digest.text.toString());
    }

    private void append(Object value) {
        if (value instanceof JsonNode json) {
            append(json);
        } else if (value instanceof Number number) {
            append(new BigDecimal(number.toString()));
        } else if (value instanceof OffsetDateTime time) {
            text.append(time.toInstant());
        } else {
            quote(value.toString());
        }
    }

    private void append(JsonNode json) {
        if (json.isObject()) {
            var sorted = new TreeMap<String, JsonNode>();
            json.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
            text.append('{');
            sorted.forEach((name, member) -> {
                if (!member.isNull()) {
                    quote(name);
                    append(member);
                }
            });
            text.append('}');
        } else if (json.isArray()) {
            text.append('[');
            json.forEach(element -> {
                append(element);
                text.append(',');
            });
            text.append(']');
        } else if (json.isNumber()) {
            append(json.decimalValue());
        } else if (json.isString()) {
            quote(json.stringValue());
        } else {
            text.append(json);
        }
    }

    private void append(BigDecimal number) {
        text.append(number.stripTrailingZeros()).append(' ');
    }

    /** The length first, so that no text can pass for two. */
    private void quote(String value) {
        text.append(value.length()).append(':').append(value);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
