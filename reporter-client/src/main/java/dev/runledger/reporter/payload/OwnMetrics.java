package dev.runledger.reporter.payload;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The sections of newer summaries for which the contract has no fields, as metrics of the reporter's own. */
final class OwnMetrics {

    private final ObjectNode metrics = Json.object();

    private OwnMetrics() {}

    /** Each with its value and what it is a share of, if it is one; empty for older summaries. */
    static ObjectNode of(Summary summary) {
        OwnMetrics own = new OwnMetrics();
        Summary retry = summary.section("retry");
        own.add("retries", retry.value("total_retries"), null);
        own.add("successful_retries", retry.value("successful_retries"), retry.value("total_retries"));
        own.add("exhausted_retries", retry.value("exhausted_retries"), null);
        Summary verification = summary.section("verification");
        own.add("verification_errors", verification.value("errors"), null);
        own.add("verification_parse_errors", verification.value("parse_errors"), verification.value("errors"));
        own.add("verification_fail_open", verification.value("fail_open"), verification.value("errors"));
        own.addBreakers(summary.object("circuit_breaker"));
        return own.metrics;
    }

    private void addBreakers(ObjectNode breakers) {
        int open = 0;
        int all = 0;
        BigDecimal failures = BigDecimal.ZERO;
        BigDecimal calls = BigDecimal.ZERO;
        for (JsonNode breaker : breakers) {
            if (breaker instanceof ObjectNode values) {
                Summary stats = new Summary(values);
                all++;
                open += stats.values().path("state").asString("").equalsIgnoreCase("closed") ? 0 : 1;
                failures = failures.add(stats.number("total_failures"));
                calls = calls.add(stats.number("total_calls"));
            }
        }
        if (all > 0) {
            add("circuit_breakers_open", metrics.numberNode(open), metrics.numberNode(all));
            add("circuit_breaker_failures", metrics.numberNode(failures), metrics.numberNode(calls));
        }
    }

    private void add(String name, @Nullable JsonNode value, @Nullable JsonNode of) {
        if (value != null && value.isNumber()) {
            ObjectNode metric = metrics.putObject(name);
            metric.set("value", value);
            if (of != null && of.isNumber()) {
                metric.set("of", of);
            }
        }
    }
}
