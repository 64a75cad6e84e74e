package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.database.TestDatabase;
import dev.runledger.rollup.RollupJobs.Job;
import dev.runledger.rollup.RollupJobs.Kind;
import dev.runledger.rollup.RollupJobs.State;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jobs, on runs that were loaded directly into the database, in a month of their own. */
@RunledgerTest
class RollupJobsTests {

    @Autowired
    RollupJobs jobs;

    @Autowired
    JdbcClient jdbc;

    private final String environment = "j" + UUID.randomUUID().toString().substring(0, 18);

    @BeforeEach
    void loadRuns() {
        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, environment, questions_requested)
                SELECT gen_random_uuid(), timestamptz '2011-03-05 05:00Z' + n * interval '1 month', 'success', :environment, 9
                  FROM generate_series(0, 2) AS n
                """).param("environment", environment).update();
    }

    @AfterEach
    void deleteRuns() {
        jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .update();
        awaitEnd(jobs.start(Kind.REBUILD));
    }

    @Test
    void aRebuildAnswersAtOnceAndIsSeenToItsEnd() throws Exception {
        Job started;
        try (Connection other = TestDatabase.shared().connect();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute(RollupFolder.LOCK);
            started = jobs.start(Kind.REBUILD);
            assertThat(started.state()).isEqualTo(State.RUNNING);
            assertThat(started.months()).isGreaterThanOrEqualTo(3);
            assertThat(jobs.start(Kind.AUDIT).id()).isEqualTo(started.id());
        }

        Job done = awaitEnd(started);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.monthsDone()).isEqualTo(done.months());
        assertThat(done.endedAt()).isNotNull();
        assertThat(monthsInRollups()).isEqualTo(3);
    }

    @Test
    void aJobThatAKilledServerLeftGoesOnWhereItWas() {
        Long left = jdbc.sql("""
                INSERT INTO rollup_job (kind, state, months, months_done)
                VALUES ('REBUILD', 'RUNNING', '{2011-03-01, 2011-04-01, 2011-05-01}', 1)
                RETURNING id
                """).query(Long.class).single();

        Job done = awaitEnd(jobs.find(left));
        assertThat(done.monthsDone()).isEqualTo(3);
        assertThat(monthsInRollups()).isEqualTo(2);
    }

    @Test
    void aStoppedJobDoesNothingMore() throws Exception {
        Job started;
        try (Connection other = TestDatabase.shared().connect();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute(RollupFolder.LOCK);
            started = jobs.start(Kind.REBUILD);
            assertThat(jobs.stop(started.id()).state()).isEqualTo(State.STOPPED);
        }

        Job audit = jobs.start(Kind.AUDIT);
        assertThat(audit.id()).isNotEqualTo(started.id());
        assertThat(awaitEnd(audit).state()).isEqualTo(State.DONE);
        assertThat(jobs.find(started.id())).returns(State.STOPPED, Job::state).returns(0, Job::monthsDone);
        assertThat(jobs.stop(-1)).isNull();
    }

    @Test
    void anAuditSaysWhatItRepaired() {
        assertThat(awaitEnd(jobs.start(Kind.AUDIT)).repairedCells()).isPositive();
        assertThat(awaitEnd(jobs.start(Kind.AUDIT)).repairedCells()).isZero();
    }

    private Job awaitEnd(Job job) {
        return await().atMost(Duration.ofMinutes(2))
                .until(() -> jobs.find(job.id()), now -> now.state() != State.RUNNING);
    }

    private long monthsInRollups() {
        return jdbc.sql("""
                        SELECT count(DISTINCT started_at)
                          FROM rollup JOIN rollup_scope scope ON scope.id = rollup.scope
                         WHERE scope.environment = :environment AND level = 'MONTH'
                        """).param("environment", environment).query(Long.class).single();
    }
}
