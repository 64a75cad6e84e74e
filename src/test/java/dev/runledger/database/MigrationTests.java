package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class MigrationTests {

    private static final String TWO_RUNS = """
            INSERT INTO question_generation_runs (
                id, started_at, completed_at, duration_seconds, status, exit_code,
                questions_requested, questions_generated, generation_failures, generation_success_rate,
                questions_evaluated, questions_approved, questions_rejected, approval_rate,
                avg_arbiter_score, min_arbiter_score, max_arbiter_score,
                duplicates_found, exact_duplicates, semantic_duplicates, duplicate_rate,
                questions_inserted, insertion_failures, overall_success_rate, total_errors, total_api_calls,
                provider_metrics, type_metrics, difficulty_metrics, error_summary,
                prompt_version, arbiter_config_version, min_arbiter_score_threshold, environment, triggered_by)
            VALUES (
                '018f2a3b-0000-7000-8000-000000000001', '2026-03-29 01:30:00.123456+00', '2026-03-29 02:30:00+00', 3600.5,
                'partial_failure', 3, 50, 48, 2, 0.96, 48, 40, 8, 0.8333333333333334, 0.81, 0.4, 0.99,
                5, 2, 3, 0.125, 34, 1, 0.68, 3, 120,
                '{"openai": {"generated": 48, "api_calls": 100, "failures": 2}}', '{"math": 48}', '{"easy": 48}',
                '{"by_category": {"rate_limit": 3}, "critical_count": 0}', 'v2.1', 'a-7', 0.7, 'production', 'scheduler'),
                ('018f2a3b-0000-7000-8000-000000000002', '2026-03-29 03:00:00+00', NULL, NULL,
                'running', NULL, 10, 0, 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL,
                0, 0, 0, NULL, 0, 0, NULL, 0, 0,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            """;

    private static final String AS_IF_BY_A_NEWER_VERSION = """
            INSERT INTO flyway_schema_history
                (installed_rank, version, description, type, script, installed_by, execution_time, success)
            VALUES (9999, '9999', 'newer', 'SQL', 'V9999__newer.sql', current_user, 1, true)
            """;

    private static final String COLUMNS_OF_THE_PLAN = """
            SELECT string_agg(format('%1$L, to_jsonb(%1$I)', column_name), ', ' ORDER BY ordinal_position)
              FROM information_schema.columns
             WHERE table_name = 'question_generation_runs' AND table_schema = current_schema()
            """;

    private final DataSource database = dataSource(TestDatabase.create());
    private final JdbcClient jdbc = JdbcClient.create(database);

    @Test
    void rowsOfThePlanSurviveEveryStepUpAndDown() {
        migrateTo("1");
        jdbc.sql(TWO_RUNS).update();
        String rows = "SELECT jsonb_build_object(%s)::text FROM question_generation_runs ORDER BY id"
                .formatted(jdbc.sql(COLUMNS_OF_THE_PLAN).query(String.class).single());
        List<String> asTheyWere = jdbc.sql(rows).query(String.class).list();
        assertThat(asTheyWere).hasSize(2);

        for (int round = 1; round <= 2; round++) {
            int newest = migrateTo("latest");
            assertThat(jdbc.sql(rows).query(String.class).list()).isEqualTo(asTheyWere);

            for (int version = newest; version > 1; version--) {
                assertThat(new MigrationUndo(database).to(version - 1)).containsExactly(version);
                assertThat(jdbc.sql(rows).query(String.class).list()).isEqualTo(asTheyWere);
            }
        }
    }

    @Test
    void changesThatWaitToBeFoldedAreTheSameAsJsonAndBackAgain() {
        migrateTo("1");
        jdbc.sql(TWO_RUNS).update();
        migrateTo("7");
        String byColumn = "SELECT (to_jsonb(change) - 'seq')::text FROM run_change change ORDER BY id";
        List<String> asTheyWere = jdbc.sql(byColumn).query(String.class).list();
        assertThat(asTheyWere).isNotEmpty();

        migrateTo("8");
        assertThat(jdbc.sql("SELECT (run || jsonb_build_object('sign', sign))::text FROM run_change ORDER BY run_id")
                        .query(String.class)
                        .list())
                .isEqualTo(asTheyWere);
        new MigrationUndo(database).to(7);
        assertThat(jdbc.sql(byColumn).query(String.class).list()).isEqualTo(asTheyWere);
    }

    @Test
    void valuesThatNoRunCanHaveAreLeftOutAndComeBackOnTheWayBack() {
        migrateTo("9");
        jdbc.sql("""
                INSERT INTO question_generation_runs
                    (id, started_at, completed_at, status, questions_requested, environment, client_run_id, avg_arbiter_score,
                     total_cost_usd, created_at)
                VALUES ('00000000-0000-4000-8000-000000000001', '0001-01-01Z', '9999-12-31Z', 'success', 1, 'production', '', 1, 1,
                        '2026-05-01Z'),
                       ('00000000-0000-4000-8000-000000000002', '2026-05-02Z', '2026-05-02 01:00Z', 'failed', 2, ' ', NULL,
                        1.797e308, 1e300, '2026-05-02Z'),
                       ('00000000-0000-4000-8000-000000000003', '2026-05-03Z', NULL, 'success', 3, 'production', 'a', 2, 3,
                        '2026-05-03Z')
                """).update();
        jdbc.sql(
                        "INSERT INTO run_change (run_id, sign, run) SELECT id, 1, to_jsonb(run) FROM question_generation_runs run")
                .update();
        String values = """
                SELECT concat_ws(' ', questions_requested, started_at AT TIME ZONE 'UTC', completed_at AT TIME ZONE 'UTC',
                                 quote_nullable(environment), quote_nullable(client_run_id), avg_arbiter_score, total_cost_usd)
                  FROM question_generation_runs ORDER BY id
                """;
        List<String> asTheyWere = jdbc.sql(values).query(String.class).list();

        migrateTo("10");

        assertThat(jdbc.sql(values).query(String.class).list())
                .containsExactly(
                        "1 2026-05-01 00:00:00 'production' NULL 1 1",
                        "2 2026-05-02 00:00:00 2026-05-02 01:00:00 NULL NULL",
                        asTheyWere.get(2));
        assertThat(jdbc.sql("SELECT report_warnings::text FROM question_generation_runs ORDER BY id LIMIT 2")
                        .query(String.class)
                        .list())
                .satisfiesExactly(
                        first -> assertThat(first).contains("0001-01-01T00:00:00", "9999-12-31T00:00:00"),
                        second -> assertThat(second).contains("avg_arbiter_score is left out: 1.797e+308", "1e+300"));
        assertThat(counted())
                .containsExactly("1 1 2026-05-01 00:00:00", "1 2 2026-05-02 00:00:00", "1 3 2026-05-03 00:00:00");

        new MigrationUndo(database).to(9);

        assertThat(jdbc.sql(values).query(String.class).list()).isEqualTo(asTheyWere);
        assertThat(counted()).hasSize(3).contains("1 3 2026-05-03 00:00:00");
    }

    /** What the changes that wait to be folded come to. */
    private List<String> counted() {
        return jdbc.sql("""
                SELECT concat_ws(' ', sum(sign), run.questions_requested, run.started_at AT TIME ZONE 'UTC')
                  FROM run_change change
                 CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
                 GROUP BY run.questions_requested, run.started_at, run.environment, run.avg_arbiter_score
                HAVING sum(sign) <> 0
                 ORDER BY run.questions_requested, run.started_at
                """).query(String.class).list();
    }

    @Test
    void allTheWayBackLeavesNothingAndTheWayUpIsOpenAgain() {
        int newest = migrateTo("latest");
        List<String> objects = objects();

        assertThat(new MigrationUndo(database).to(0)).hasSize(newest);
        assertThat(objects()).containsExactly("flyway_schema_history");

        migrateTo("latest");
        assertThat(objects()).isEqualTo(objects);
    }

    @Test
    void withoutAnUndoScriptNothingIsUndone() {
        migrateTo("latest");
        List<String> objects = objects();
        jdbc.sql(AS_IF_BY_A_NEWER_VERSION).update();

        assertThatThrownBy(() -> new MigrationUndo(database).to(1))
                .isInstanceOf(FailureAnalyzedException.class)
                .hasMessageContaining("9999");

        assertThat(objects()).isEqualTo(objects);
    }

    @Test
    void aFaultOnTheWayBackUndoesNothing() {
        migrateTo("latest");
        jdbc.sql("CREATE VIEW in_the_way AS SELECT id FROM question_generation_runs")
                .update();
        List<String> objects = objects();

        assertThatThrownBy(() -> new MigrationUndo(database).to(0)).hasMessageContaining("in_the_way");

        assertThat(objects()).isEqualTo(objects);
    }

    @Test
    void everyMigrationHasAWayBack() throws IOException {
        assertThat(versions("db/undo/U*.sql")).isEqualTo(versions("db/migration/V*.sql"));
    }

    private int migrateTo(String target) {
        return Integer.parseInt(
                Flyway.configure().dataSource(database).target(target).load().migrate().targetSchemaVersion);
    }

    private List<String> objects() {
        return jdbc.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
                        + " UNION ALL SELECT indexname FROM pg_indexes"
                        + " WHERE schemaname = current_schema() AND tablename <> 'flyway_schema_history' ORDER BY 1")
                .query(String.class)
                .list();
    }

    /** Version and description of each script. */
    private static List<String> versions(String pattern) throws IOException {
        return Arrays.stream(new PathMatchingResourcePatternResolver().getResources("classpath*:" + pattern))
                .map(Resource::getFilename)
                .map(name -> name.substring(1))
                .sorted()
                .toList();
    }

    private static DataSource dataSource(TestDatabase database) {
        return new DriverManagerDataSource(database.url(), database.username(), database.password());
    }
}
