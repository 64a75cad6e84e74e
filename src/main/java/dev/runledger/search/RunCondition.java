package dev.runledger.search;

import dev.runledger.report.RunStatus;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RunFilter} in SQL.
 *
 * @param sql a condition on {@code run}, a row of {@code question_generation_runs}; {@code true} if nothing is restricted
 * @param parameters values of its named parameters
 */
public record RunCondition(String sql, Map<String, Object> parameters) {

    /** The condition that holds for just the runs of the filter. */
    public static RunCondition of(RunFilter filter) {
        Conjunction all = new Conjunction();
        if (filter.from() != null) {
            all.add("run.started_at >= :from", "from", filter.from().atOffset(ZoneOffset.UTC));
        }
        if (filter.to() != null) {
            all.add("run.started_at < :to", "to", filter.to().atOffset(ZoneOffset.UTC));
        }
        all.addStatuses(filter.statuses().stream().map(RunStatus::code).toList(), filter.stuck());
        all.anyOf("run.environment", "environments", filter.environments());
        all.anyOf("run.triggered_by", "triggers", filter.triggers());
        all.anyOf("run.prompt_version", "promptVersions", filter.promptVersions());
        all.anyOf("run.arbiter_config_version", "arbiterConfigs", filter.arbiterConfigs());
        all.anyKeyOf("run.provider_metrics", "providers", filter.providers());
        all.anyKeyOf("run.type_metrics", "questionTypes", filter.questionTypes());
        all.anyKeyOf("run.difficulty_metrics", "difficulties", filter.difficulties());
        all.anyKeyOf("run.error_summary -> 'by_category'", "errorCategories", filter.errorCategories());
        all.within("run.overall_success_rate", "overallSuccessRate", filter.overallSuccessRate());
        all.within("run.approval_rate", "approvalRate", filter.approvalRate());
        all.within("run.avg_arbiter_score", "arbiterScore", filter.arbiterScore());
        all.within("run.duration_seconds", "durationSeconds", filter.durationSeconds());
        all.within("run.total_cost_usd", "costUsd", filter.costUsd());
        if (filter.clientRunIdContains() != null) {
            all.add(
                    "strpos(lower(run.client_run_id), lower(:clientRunIdContains)) > 0",
                    "clientRunIdContains",
                    filter.clientRunIdContains());
        }
        return new RunCondition(all.parts.isEmpty() ? "true" : String.join(" AND ", all.parts), all.parameters);
    }

    private static final class Conjunction {

        private static final String STUCK = "run.status = 'running' AND run.stuck_at IS NOT NULL";

        private final List<String> parts = new ArrayList<>();
        private final Map<String, Object> parameters = new LinkedHashMap<>();

        void add(String sql, String name, Object value) {
            parts.add(sql);
            parameters.put(name, value);
        }

        void addStatuses(List<String> statuses, boolean orStuck) {
            if (!orStuck) {
                anyOf("run.status", "statuses", statuses);
            } else if (statuses.isEmpty()) {
                parts.add(STUCK);
            } else {
                add("(run.status IN (:statuses) OR " + STUCK + ")", "statuses", statuses);
            }
        }

        void anyOf(String column, String name, List<String> values) {
            if (!values.isEmpty()) {
                add(column + " IN (:" + name + ")", name, values);
            }
        }

        void anyKeyOf(String object, String name, List<String> keys) {
            List<String> alternatives = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                alternatives.add("jsonb_exists(" + object + ", :" + name + i + ")");
                parameters.put(name + i, keys.get(i));
            }
            if (!alternatives.isEmpty()) {
                parts.add("(" + String.join(" OR ", alternatives) + ")");
            }
        }

        void within(String column, String name, @Nullable Range range) {
            if (range != null && range.min() != null) {
                add(column + " >= :" + name + "Min", name + "Min", range.min());
            }
            if (range != null && range.max() != null) {
                add(column + " <= :" + name + "Max", name + "Max", range.max());
            }
        }
    }
}
