package dev.runledger.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reports of the right structure that say anything at all: each field has a JSON value of its type, which may be as odd as JSON
 * can spell it.
 */
public final class GeneratedReports {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final List<String> TEXTS = List.of(
            "v1",
            "v2",
            "production",
            "scheduler",
            "",
            " ",
            "\u00a0",
            "a\0b",
            "\0",
            "\ud83d",
            "\udc00\ud800",
            "\ud83d\ude00",
            "\ufffd",
            "(other)",
            "null",
            "'); DROP TABLE x; --",
            "\u202e\u200b",
            "\u0007\u001b",
            "e\u0301",
            "{",
            "%s",
            "$1",
            "\\");

    private static final List<String> TIMES = List.of(
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "0000-01-01",
            "1582-10-10",
            "1899-12-30",
            "1969-12-31T23:59:59Z",
            "1970-01-01",
            "2026-02-29T10:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59-12:00",
            "2199-12-31");

    private static final List<BigDecimal> NUMBERS = List.of(
            BigDecimal.ZERO,
            new BigDecimal("-0.0"),
            BigDecimal.ONE,
            new BigDecimal("-1"),
            new BigDecimal("0.5"),
            new BigDecimal("5e-324"),
            new BigDecimal("2.2250738585072014e-308"),
            new BigDecimal("1e-400"),
            new BigDecimal("1.797e308"),
            new BigDecimal("-1.797e308"),
            new BigDecimal("1e309"),
            new BigDecimal("1e999999999"),
            new BigDecimal("1000000"),
            new BigDecimal("1000000000"),
            new BigDecimal("1e15"),
            new BigDecimal("2147483647"),
            new BigDecimal("2147483648"),
            new BigDecimal("9223372036854775807"),
            new BigDecimal("9223372036854775808"),
            new BigDecimal(BigInteger.TEN.pow(400)),
            new BigDecimal("0.1234567890123456789012345678901234567890"));

    private final Random random;

    public GeneratedReports(Random random) {
        this.random = random;
    }

    /** A report that is mostly sound. */
    public ObjectNode next() {
        ObjectNode report = JSON.objectNode();
        int oddity = random.nextInt(4);
        for (ReportField field : ReportField.values()) {
            if (field.isRequired() || random.nextInt(3) == 0) {
                boolean odd = random.nextInt(20) < oddity;
                report.set(random.nextInt(8) == 0 ? field.judgeName() : field.column(), value(field, odd));
            }
        }
        if (random.nextInt(4) == 0) {
            report.put("id", UUID.randomUUID().toString());
        }
        return report;
    }

    private JsonNode value(ReportField field, boolean odd) {
        if (odd && random.nextInt(10) == 0) {
            return JSON.nullNode();
        }
        return switch (field.type()) {
            case TIME ->
                JSON.stringNode(
                        odd
                                ? one(TIMES)
                                : now().minusSeconds(random.nextInt(40_000_000)).toString());
            case STATUS -> JSON.stringNode(one(List.of("running", "success", "partial_failure", "failed")));
            case INTEGER, COUNT, TOKENS -> odd ? JSON.numberNode(one(NUMBERS)) : JSON.numberNode(random.nextInt(100));
            case NUMBER, AMOUNT, SHARE ->
                odd ? JSON.numberNode(one(NUMBERS)) : JSON.numberNode(random.nextInt(1000) / 1000.0);
            case TEXT -> JSON.stringNode(odd ? text() : one(TEXTS.subList(0, 4)));
            case OBJECT -> summary(odd);
            case OBJECT_OF_INTEGERS -> counts(odd);
            case OBJECT_OF_OBJECTS -> perProvider(odd);
            case METRICS -> metrics(odd);
            case BREAKDOWNS -> breakdowns(odd);
        };
    }

    private static Instant now() {
        return Instant.now();
    }

    private ObjectNode summary(boolean odd) {
        ObjectNode summary = JSON.objectNode();
        summary.set("by_category", odd && random.nextBoolean() ? anything(3) : counts(odd));
        summary.set("by_severity", counts(odd));
        summary.set("critical_count", odd ? anything(2) : JSON.numberNode(random.nextInt(5)));
        if (odd) {
            summary.set(text(), anything(random.nextInt(5) == 0 ? 90 : 4));
        }
        return summary;
    }

    private ObjectNode counts(boolean odd) {
        ObjectNode counts = JSON.objectNode();
        int names = odd && random.nextInt(10) == 0 ? 300 : random.nextInt(4);
        for (int i = 0; i < names; i++) {
            counts.set(
                    odd ? text() + i : one(List.of("math", "memory", "logic")),
                    odd && random.nextInt(4) == 0
                            ? JSON.numberNode(one(NUMBERS))
                            : JSON.numberNode(random.nextInt(50)));
        }
        return counts;
    }

    private ObjectNode perProvider(boolean odd) {
        ObjectNode providers = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            ObjectNode provider = providers.putObject(odd ? text() : one(List.of("openai", "google", "xai")));
            for (String number :
                    List.of("generated", "api_calls", "failures", "evaluated", "approved", "total_cost_usd")) {
                if (random.nextBoolean()) {
                    provider.set(
                            number,
                            odd && random.nextInt(3) == 0
                                    ? JSON.numberNode(one(NUMBERS))
                                    : JSON.numberNode(random.nextInt(30)));
                }
            }
            if (odd) {
                provider.set(text(), anything(3));
            }
        }
        return providers;
    }

    private ObjectNode metrics(boolean odd) {
        ObjectNode metrics = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            ObjectNode metric = metrics.putObject(odd ? text() : one(List.of("toxicity", "reviewer_minutes", "runs")));
            metric.set("value", JSON.numberNode(odd ? one(NUMBERS) : BigDecimal.valueOf(random.nextInt(50))));
            if (random.nextBoolean()) {
                metric.set("of", JSON.numberNode(odd ? one(NUMBERS) : BigDecimal.valueOf(random.nextInt(50))));
            }
            if (odd && random.nextInt(4) == 0) {
                metric.set(text(), anything(2));
            }
        }
        return metrics;
    }

    private ObjectNode breakdowns(boolean odd) {
        ObjectNode breakdowns = JSON.objectNode();
        for (int i = random.nextInt(3); i > 0; i--) {
            breakdowns.set(odd ? text() : one(List.of("model", "region", "provider")), perProvider(odd));
        }
        return breakdowns;
    }

    private JsonNode anything(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 4)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(one(NUMBERS));
            case 3 -> JSON.stringNode(text());
            case 4 -> JSON.arrayNode().add(anything(depth - 1)).add(anything(0));
            default -> JSON.objectNode().set(text(), anything(depth - 1));
        };
    }

    private String text() {
        return switch (random.nextInt(6)) {
            case 0 -> unlike(random.nextInt(5_000));
            case 1 -> unlike(random.nextInt(60));
            default -> one(TEXTS);
        };
    }

    /** Text that does not compress. */
    private String unlike(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(0x10000));
        }
        return text.toString();
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
