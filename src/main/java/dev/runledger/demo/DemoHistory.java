package dev.runledger.demo;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Two years of runs that end today, the same ones whichever day that is. Prompt v2.1 lifts approval, one provider has an
 * outage, duplicates creep up, costs fall; lately rate limits bite, and one run is going on.
 */
final class DemoHistory {

    private static final int DAYS = 730;
    private static final int OUTAGE_BEGINS = DAYS - 130;
    private static final int OUTAGE_ENDS = DAYS - 124;
    private static final int SECOND_PROMPT = 240;
    private static final int THIRD_PROMPT = DAYS - 210;
    private static final int RATE_LIMITS_BEGIN = DAYS - 12;

    private static final List<String> TYPES = List.of(
            "pattern_recognition",
            "logical_reasoning",
            "spatial_reasoning",
            "mathematical",
            "verbal_reasoning",
            "memory");
    private static final List<String> DIFFICULTIES = List.of("easy", "medium", "hard");

    /**
     * @param share of the questions that it is asked for
     * @param quality added to the chance that the arbiter approves
     * @param usdPerQuestion at the beginning
     */
    private record Provider(String name, double share, double quality, double usdPerQuestion) {}

    private static final List<Provider> PROVIDERS = List.of(
            new Provider("openai", 0.40, 0.02, 0.034),
            new Provider("anthropic", 0.30, 0.06, 0.041),
            new Provider("google", 0.20, -0.03, 0.016),
            new Provider("xai", 0.10, -0.07, 0.021));

    private final OffsetDateTime now;
    private final OffsetDateTime begin;

    DemoHistory(OffsetDateTime now) {
        this.now = now;
        this.begin = now.truncatedTo(ChronoUnit.DAYS).minusDays(DAYS);
    }

    /** Every report in the order of the runs' starts, spelled as the REST contract spells them. */
    List<ObjectNode> reports() {
        List<ObjectNode> reports = new ArrayList<>();
        for (int day = 0; day < DAYS; day++) {
            reports.add(ended(day, 3, "production", "scheduler", 100));
            if (day % 7 < 5) {
                reports.add(ended(day, 11, "production", "scheduler", 50));
            }
            if (day % 3 < 2) {
                reports.add(ended(day, 15, "staging", "webhook", 25));
            }
            if (day % 3 == 0) {
                reports.add(ended(day, 17, "development", "manual", 20));
            }
        }
        reports.add(running(now.minus(Duration.ofMinutes(4))));
        return reports;
    }

    private static ObjectNode running(OffsetDateTime startedAt) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("started_at", startedAt.toString())
                .put("status", "running")
                .put("questions_requested", 100)
                .put("prompt_version", "v2.1")
                .put("arbiter_config_version", "a-2026.1")
                .put("environment", "production")
                .put("triggered_by", "scheduler")
                .put("client_run_id", "demo-running");
    }

    private ObjectNode ended(int day, int hour, String environment, String trigger, int requested) {
        SplittableRandom random = new SplittableRandom(day * 100L + hour);
        OffsetDateTime startedAt = begin.plusDays(day)
                .plusHours(hour)
                .plusSeconds(random.nextInt(600))
                .plusNanos(random.nextInt(1_000_000) * 1000L);
        Tally tally = new Tally();
        boolean crashed = random.nextDouble() < 0.012 || day >= DAYS - 3 && hour == 11;
        double runQuality = 0.05 * random.nextGaussian();
        int left = requested;
        for (Provider provider : PROVIDERS) {
            int asked = Math.min(left, (int) Math.ceil(requested * provider.share()));
            ask(provider, day, asked, crashed, runQuality, random, tally);
            left -= asked;
        }
        return report(startedAt, requested, day, environment, trigger, crashed, random, tally)
                .put("client_run_id", "demo-%03d-%02d".formatted(day, hour));
    }

    private static void ask(
            Provider provider,
            int day,
            int asked,
            boolean crashed,
            double runQuality,
            SplittableRandom random,
            Tally tally) {
        boolean down = provider.name().equals("anthropic") && day >= OUTAGE_BEGINS && day < OUTAGE_ENDS;
        double failing = down ? 0.97 : crashed ? 0.92 : day >= RATE_LIMITS_BEGIN ? 0.08 : 0.03;
        int generated = chances(asked, 1 - failing, random);
        int approved = chances(generated, approvalChance(day) + provider.quality() + runQuality, random);
        int failures = asked - generated;
        int rateLimits = chances(failures, down ? 0.05 : day >= RATE_LIMITS_BEGIN ? 0.8 : 0.4, random);
        tally.generated += generated;
        tally.failures += failures;
        tally.approved += approved;
        tally.count("rate_limit", rateLimits);
        tally.count("server_error", chances(failures - rateLimits, down ? 1 : 0.6, random));
        int apiCalls = asked + 2 * failures + random.nextInt(1 + asked / 10);
        tally.apiCalls += apiCalls;
        ObjectNode metrics = tally.providers.putObject(provider.name());
        metrics.put("generated", generated).put("api_calls", apiCalls).put("failures", failures);
        metrics.put("evaluated", generated).put("approved", approved).put("rejected", generated - approved);
        // Prices fall by a little over half in two years.
        double usd =
                Math.round(generated * provider.usdPerQuestion() * Math.pow(0.45, day / (double) DAYS) * 1e6) / 1e6;
        tally.costUsd += usd;
        tally.inputTokens += generated * 640L;
        tally.outputTokens += generated * 410L;
        ObjectNode cost = tally.costs.putObject(provider.name());
        cost.put("total_cost_usd", usd);
        cost.put("total_input_tokens", generated * 640L).put("total_output_tokens", generated * 410L);
    }

    private ObjectNode report(
            OffsetDateTime startedAt,
            int requested,
            int day,
            String environment,
            String trigger,
            boolean crashed,
            SplittableRandom random,
            Tally tally) {
        int duplicates = chances(tally.approved, 0.03 + 0.10 * day / DAYS, random);
        int exact = chances(duplicates, 0.25, random);
        int inserted = tally.approved - duplicates;
        int otherErrors = tally.failures
                - tally.errors.values().stream().mapToInt(Integer::intValue).sum();
        tally.count("invalid_response", otherErrors);
        double seconds =
                Math.round((40 + tally.generated * 4.2 + tally.failures * 1.5 + 30 * random.nextDouble()) * 100)
                        / 100.0;
        double success = inserted / (double) requested;
        boolean failed = crashed || inserted == 0;
        boolean partial = !failed && tally.failures > requested / 4;

        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("started_at", startedAt.toString());
        report.put(
                "completed_at",
                startedAt
                        .plusNanos((long) (seconds * 1e9))
                        .truncatedTo(ChronoUnit.MICROS)
                        .toString());
        report.put("duration_seconds", seconds);
        report.put("status", failed ? "failed" : partial ? "partial_failure" : "success");
        report.put("exit_code", failed ? 2 : partial ? 3 : 0);
        report.put("questions_requested", requested);
        report.put("questions_generated", tally.generated).put("generation_failures", tally.failures);
        report.put("generation_success_rate", tally.generated / (double) requested);
        report.put("questions_evaluated", tally.generated);
        report.put("questions_approved", tally.approved).put("questions_rejected", tally.generated - tally.approved);
        scores(report, day, random, tally);
        report.put("duplicates_found", duplicates);
        report.put("exact_duplicates", exact).put("semantic_duplicates", duplicates - exact);
        report.put("duplicate_rate", tally.approved == 0 ? 0 : duplicates / (double) tally.approved);
        report.put("questions_inserted", inserted).put("insertion_failures", 0);
        report.put("overall_success_rate", success);
        report.put("total_errors", tally.failures);
        report.put("total_api_calls", tally.apiCalls + tally.generated);
        report.set("provider_metrics", tally.providers);
        spread(report.putObject("type_metrics"), TYPES, tally.generated, random);
        spread(report.putObject("difficulty_metrics"), DIFFICULTIES, tally.generated, random);
        ObjectNode errors = report.putObject("error_summary");
        tally.errors.forEach(errors.putObject("by_category")::put);
        int critical = failed ? Math.min(1, tally.failures) : 0;
        errors.putObject("by_severity").put("critical", critical).put("medium", tally.failures - critical);
        errors.put("critical_count", critical);
        report.put("prompt_version", day < SECOND_PROMPT ? "v1.0" : day < THIRD_PROMPT ? "v2.0" : "v2.1");
        report.put("arbiter_config_version", day < DAYS - 400 ? "a-2025.1" : "a-2026.1");
        report.put("min_arbiter_score_threshold", 7.0);
        report.put("environment", environment).put("triggered_by", trigger);
        report.put("total_cost_usd", Math.round(tally.costUsd * 1e6) / 1e6);
        report.put("total_input_tokens", tally.inputTokens).put("total_output_tokens", tally.outputTokens);
        report.set("cost_by_provider", tally.costs);
        return report;
    }

    private static void scores(ObjectNode report, int day, SplittableRandom random, Tally tally) {
        if (tally.generated == 0) {
            // As deployed reporters do when nothing was evaluated.
            report.put("approval_rate", 0.0).put("avg_arbiter_score", 0.0);
            report.put("min_arbiter_score", 0.0).put("max_arbiter_score", 0.0);
            return;
        }
        double approvalRate = tally.approved / (double) tally.generated;
        double score =
                Math.round((5.2 + 2.6 * approvalRate - 0.3 * day / DAYS + 0.1 * random.nextGaussian()) * 1e4) / 1e4;
        report.put("approval_rate", approvalRate);
        report.put("avg_arbiter_score", score);
        report.put("min_arbiter_score", Math.round((score - 1.5 - random.nextDouble()) * 1e4) / 1e4);
        report.put("max_arbiter_score", Math.min(10, Math.round((score + 1.5 + random.nextDouble()) * 1e4) / 1e4));
    }

    private static double approvalChance(int day) {
        return day < SECOND_PROMPT ? 0.58 : day < THIRD_PROMPT ? 0.60 : 0.70;
    }

    private static void spread(ObjectNode counts, List<String> names, int total, SplittableRandom random) {
        int left = total;
        for (int i = 0; i < names.size(); i++) {
            int part = i == names.size() - 1 ? left : chances(left, 1.0 / (names.size() - i), random);
            counts.put(names.get(i), part);
            left -= part;
        }
    }

    /** How many of so many come true. */
    private static int chances(int times, double probability, SplittableRandom random) {
        int hits = 0;
        for (int i = 0; i < times; i++) {
            if (random.nextDouble() < probability) {
                hits++;
            }
        }
        return hits;
    }

    /** What adds up over the providers of one run. */
    private static final class Tally {

        private final ObjectNode providers = JsonMapper.shared().createObjectNode();
        private final ObjectNode costs = JsonMapper.shared().createObjectNode();
        private final Map<String, Integer> errors = new LinkedHashMap<>();
        private int generated;
        private int failures;
        private int approved;
        private int apiCalls;
        private double costUsd;
        private long inputTokens;
        private long outputTokens;

        void count(String category, int times) {
            if (times > 0) {
                errors.merge(category, times, Integer::sum);
            }
        }
    }
}
