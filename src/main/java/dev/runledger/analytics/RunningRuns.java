package dev.runledger.analytics;

import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** When the runs that go on began. They leave soon, and extremes cannot be subtracted, so no rollup knows it. */
@Component
public class RunningRuns {

    private static final String STARTS = """
            SELECT min(run.started_at) AS first, max(run.started_at) AS last
              FROM question_generation_runs run
             WHERE run.status = 'running' AND %s
            """;

    private final JdbcClient jdbc;

    RunningRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The first and the last start; both null if no run of the filter goes on. */
    public record Starts(
            @Nullable OffsetDateTime first, @Nullable OffsetDateTime last) {}

    public Starts starts(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(STARTS.formatted(condition.sql()))
                .params(condition.parameters())
                .query(Starts.class)
                .single();
    }
}
