package dev.runledger.search;

import dev.runledger.metric.Dimension;
import dev.runledger.report.RunStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which runs a query is about. What is left out (null, an empty list) does not restrict; of a list, any one matches.
 *
 * @param from first moment of {@code started_at} included
 * @param to first moment of {@code started_at} not included any more
 * @param stuck runs that go on and were declared stuck, beside those of {@code statuses}; if there are none of these, only they
 * @param providers names in {@code provider_metrics}
 * @param questionTypes names in {@code type_metrics}
 * @param difficulties names in {@code difficulty_metrics}
 * @param errorCategories names in {@code error_summary.by_category}
 * @param clientRunIdContains text somewhere in {@code client_run_id}, upper or lower case
 * @throws IllegalArgumentException if the period ends before it begins
 */
public record RunFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        List<RunStatus> statuses,
        boolean stuck,
        List<String> environments,
        List<String> triggers,
        List<String> promptVersions,
        List<String> arbiterConfigs,
        List<String> providers,
        List<String> questionTypes,
        List<String> difficulties,
        List<String> errorCategories,
        @Nullable Range overallSuccessRate,
        @Nullable Range approvalRate,
        @Nullable Range arbiterScore,
        @Nullable Range durationSeconds,
        @Nullable Range costUsd,
        @Nullable String clientRunIdContains) {

    /** Every run. */
    public static final RunFilter ALL = during(null, null);

    public RunFilter {
        if (from != null && to != null && from.isAfter(to)) {
            throw new IllegalArgumentException(
                    "The period's from is %s, after its to, which is %s".formatted(from, to));
        }
        statuses = List.copyOf(statuses);
        environments = List.copyOf(environments);
        triggers = List.copyOf(triggers);
        promptVersions = List.copyOf(promptVersions);
        arbiterConfigs = List.copyOf(arbiterConfigs);
        providers = List.copyOf(providers);
        questionTypes = List.copyOf(questionTypes);
        difficulties = List.copyOf(difficulties);
        errorCategories = List.copyOf(errorCategories);
    }

    /** Every run that started in {@code [from, to)}. */
    public static RunFilter during(@Nullable Instant from, @Nullable Instant to) {
        return during(from, to, List.of(), List.of(), null);
    }

    /** The runs that started in {@code [from, to)}, by what the REST contract filters by. */
    public static RunFilter during(
            @Nullable Instant from,
            @Nullable Instant to,
            List<RunStatus> statuses,
            List<String> environments,
            @Nullable Range overallSuccessRate) {
        return new RunFilter(
                from,
                to,
                statuses,
                false,
                environments,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                overallSuccessRate,
                null,
                null,
                null,
                null,
                null);
    }

    /** The same, of runs that started in {@code [from, to)}. */
    public RunFilter within(@Nullable Instant from, @Nullable Instant to) {
        return with(from, to, statuses, promptVersions);
    }

    /** The same, of runs with these statuses. */
    public RunFilter withStatuses(List<RunStatus> statuses) {
        return with(from, to, statuses, promptVersions);
    }

    /** The same, of runs with these prompt versions. */
    public RunFilter withPromptVersions(List<String> promptVersions) {
        return with(from, to, statuses, promptVersions);
    }

    /** The same, of runs with this value of an attribute, or that report figures of this provider. */
    public RunFilter only(Dimension dimension, String value) {
        List<String> one = List.of(value);
        return new RunFilter(
                from,
                to,
                statuses,
                stuck,
                dimension.equals(Dimension.ENVIRONMENT) ? one : environments,
                dimension.equals(Dimension.TRIGGER) ? one : triggers,
                dimension.equals(Dimension.PROMPT_VERSION) ? one : promptVersions,
                dimension.equals(Dimension.ARBITER_CONFIG) ? one : arbiterConfigs,
                dimension.equals(Dimension.PROVIDER) ? one : providers,
                questionTypes,
                difficulties,
                errorCategories,
                overallSuccessRate,
                approvalRate,
                arbiterScore,
                durationSeconds,
                costUsd,
                clientRunIdContains);
    }

    private RunFilter with(
            @Nullable Instant from, @Nullable Instant to, List<RunStatus> statuses, List<String> promptVersions) {
        return new RunFilter(
                from,
                to,
                statuses,
                stuck,
                environments,
                triggers,
                promptVersions,
                arbiterConfigs,
                providers,
                questionTypes,
                difficulties,
                errorCategories,
                overallSuccessRate,
                approvalRate,
                arbiterScore,
                durationSeconds,
                costUsd,
                clientRunIdContains);
    }
}
