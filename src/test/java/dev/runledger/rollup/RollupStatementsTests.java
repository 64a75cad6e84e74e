package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Selection.Running;
import dev.runledger.search.RunFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The statements as they are sent, in src/test/resources/statements, so that a change of a formula shows in review. What is sent
 * now is written to target/statements: copy it if the change is meant.
 */
class RollupStatementsTests {

    private static final Path APPROVED = Path.of("src/test/resources/statements");
    private static final Path SENT = Path.of("target/statements");

    private static final RunFilter ALL = RunFilter.during(null, null);
    private static final RunFilter RAGGED =
            RunFilter.during(Instant.parse("2025-03-29T23:17:05Z"), Instant.parse("2025-08-02T00:00:00.000001Z"));

    static List<Map.Entry<String, String>> statements() {
        return List.of(
                Map.entry("fold-scopes", RollupStatements.ADD_SCOPES_OF_CHANGES),
                Map.entry("fold", RollupStatements.ADD_CHANGES),
                Map.entry("fold-extremes", RollupStatements.CORRECT_EXTREMES_OF_CHANGES),
                Map.entry("rebuild-scopes", RollupStatements.ADD_SCOPES_OF_MONTH),
                Map.entry("rebuild", RollupStatements.ADD_MONTH),
                Map.entry("audit", RollupStatements.AUDIT_MONTH),
                Map.entry("streaks-fold", StreakDays.MARK_CHANGED),
                Map.entry("streaks-rebuild", StreakDays.MARK_FOR_REBUILD),
                Map.entry("streaks-count", StreakDays.COUNT),
                Map.entry("streaks-audit", StreakDays.FRESH),
                Map.entry("streaks-read", StreakDays.COUNTED),
                Map.entry(
                        "read-metric-by-bucket",
                        read(Selection.of(RAGGED, List.of(Metric.APPROVAL_RATE))
                                .in(List.of(RAGGED.from(), Instant.parse("2025-05-01T00:00:00Z"))))),
                Map.entry(
                        "read-groups",
                        read(Selection.of(ALL, List.of(Metric.ARBITER_SCORE))
                                .by(Dimension.PROMPT_VERSION, Dimension.ENVIRONMENT)
                                .with(Running.AS_RUNS))),
                Map.entry(
                        "read-providers",
                        read(Selection.of(RAGGED, List.of(Metric.PROVIDER_SUCCESS_RATE, Metric.COST_PER_RUN))
                                .by(Dimension.PROVIDER))),
                Map.entry(
                        "read-mixes",
                        read(Selection.of(
                                        RAGGED.withPromptVersions(List.of("v1", "v2")),
                                        List.of(Metric.PROVIDER_SUCCESS_RATE, Metric.QUANTITY_PER_RUN))
                                .by(Dimension.PROMPT_VERSION, Dimension.PROVIDER, Dimension.TYPE)
                                .withoutSquares())),
                Map.entry(
                        "read-own-metric",
                        read(Selection.of(ALL, List.of(Metric.APPROVAL_RATE, Metric.named("toxicity"))))));
    }

    private static String read(Selection selection) {
        RunFilter filter = selection.filter();
        Slices slices = Slices.of(filter.from(), filter.to(), Grain.HOUR, selection.bounds(), List.of(), true);
        return RollupReader.sql(selection, slices);
    }

    @ParameterizedTest
    @MethodSource("statements")
    void aStatementIsSentAsItWasApproved(Map.Entry<String, String> statement) throws IOException {
        String file = statement.getKey() + ".sql";
        String sent = statement.getValue().stripTrailing() + "\n";
        Files.createDirectories(SENT);
        Files.writeString(SENT.resolve(file), sent);

        assertThat(APPROVED.resolve(file)).content().isEqualTo(sent);
    }
}
