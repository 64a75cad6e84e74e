package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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

    /** Of version 1.0.0, as its statements in {@code released} are: those name tables and columns up to its newest migration. */
    private static final int NEWEST_OF_THE_RELEASE = 24;

    private static final List<String> RELEASED = IntStream.rangeClosed(1, NEWEST_OF_THE_RELEASE)
            .mapToObj(Integer::toString)
            .toList();

    /** Of what is there: tables, columns, names and types that go, and values that are needed all at once. */
    private static final Pattern TAKES_AWAY = Pattern.compile(
            "\\bDROP\\s+(TABLE|COLUMN|FUNCTION|VIEW)\\b|\\bRENAME\\b|\\bALTER\\s+COLUMN\\s+\\w+\\s+(SET\\s+DATA\\s+)?TYPE\\b|\\bSET\\s+NOT\\s+NULL\\b"
                    + "|\\bALTER\\s+TABLE\\b[^;]*\\bADD\\b[^;,]*\\bNOT\\s+NULL\\b(?![^;,]*\\bDEFAULT\\b)",
            Pattern.CASE_INSENSITIVE);

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

    /** The version before goes on beside the new one on the same database until it is stopped, reading and writing as it did. */
    @Test
    void whatCameAfterTheReleaseTakesNothingAwayThatItUses() throws IOException {
        assertThat(TAKES_AWAY.matcher("ALTER TABLE a ADD b int, DROP COLUMN c;").find())
                .isTrue();
        assertThat(TAKES_AWAY.matcher("ALTER TABLE a ADD b int NOT NULL;").find())
                .isTrue();
        assertThat(TAKES_AWAY
                        .matcher(
                                "ALTER TABLE a ADD b int NOT NULL DEFAULT 0, ALTER c DROP NOT NULL; CREATE TABLE d (e int NOT NULL);")
                        .find())
                .isFalse();
        for (Resource migration :
                new PathMatchingResourcePatternResolver().getResources("classpath*:db/migration/V*.sql")) {
            String name = migration.getFilename();
            if (Integer.parseInt(name.substring(1, name.indexOf('_'))) > NEWEST_OF_THE_RELEASE) {
                String sql =
                        migration.getContentAsString(StandardCharsets.UTF_8).replaceAll("--.*", "");
                assertThat(TAKES_AWAY.matcher(sql).results().map(MatchResult::group))
                        .as(name)
                        .isEmpty();
            }
        }
    }

    /** As its server sent them, see {@code .ci/statements}. */
    @Test
    void whatTheReleaseAsksIsUnderstoodByTheNewestSchema() throws Exception {
        migrateTo("latest");
        List<String> statements = Files.readAllLines(Path.of("src/test/resources/released/1.0.0.sql"));
        assertThat(statements).hasSizeGreaterThan(50);

        assertThat(notUnderstood(statements)).isEmpty();

        jdbc.sql("ALTER TABLE alert_message RENAME COLUMN next_attempt_at TO due_at")
                .update();
        assertThat(notUnderstood(statements))
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault).contains("next_attempt_at"));
    }

    /** PostgreSQL looks up every table, column, function and type of a statement that it prepares. */
    private List<String> notUnderstood(List<String> statements) throws SQLException {
        List<String> faults = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < statements.size(); i++) {
                try {
                    statement.execute("PREPARE released_" + i + " AS " + statements.get(i));
                } catch (SQLException e) {
                    faults.add(e.getMessage() + ": " + statements.get(i));
                }
            }
        }
        return faults;
    }

    /** Also where a newer version has added migrations that this one does not know. */
    @Test
    void aVersionStartsOnADatabaseThatANewerOneHasMigrated() {
        migrateTo("latest");
        jdbc.sql(AS_IF_BY_A_NEWER_VERSION).update();
        jdbc.sql("ALTER TABLE question_generation_runs ADD COLUMN of_a_newer_version text")
                .update();

        assertThat(Flyway.configure().dataSource(database).load().migrate().migrationsExecuted)
                .isZero();
        jdbc.sql(TWO_RUNS).update();
    }

    @Test
    void everyReleasedSchemaUpgradesWithRowsInIt() {
        for (String release : RELEASED) {
            DataSource own = dataSource(TestDatabase.create());
            JdbcClient client = JdbcClient.create(own);
            Flyway.configure().dataSource(own).target(release).load().migrate();
            client.sql(TWO_RUNS).update();

            Flyway.configure().dataSource(own).load().migrate();

            assertThat(client.sql("SELECT status FROM question_generation_runs ORDER BY id")
                            .query(String.class)
                            .list())
                    .as("from V" + release)
                    .containsExactly("partial_failure", "running");
        }
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
