package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RunledgerTest
class StatementScopeTests {

    private static final String SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(25)'"
            + " AND state = 'active' AND datname = current_database()";

    private final StatementScope scope = new StatementScope();

    @Autowired
    JdbcClient jdbc;

    @Test
    void cancelledWorkLeavesNoStatementRunning() {
        CompletableFuture<Void> work = CompletableFuture.runAsync(
                () -> scope.run(() -> jdbc.sql("SELECT pg_sleep(25)").query().listOfRows()));
        await().until(() -> jdbc.sql(SLEEPING).query(Long.class).single() == 1);

        scope.cancel();

        assertThatThrownBy(work::join).isInstanceOf(CompletionException.class).hasStackTraceContaining("cancel");
        assertThat(jdbc.sql(SLEEPING).query(Long.class).single()).isZero();
    }

    @Test
    void cancelledWorkBeginsNoStatement() {
        scope.cancel();

        assertThatThrownBy(() -> scope.run(() -> jdbc.sql("SELECT 1").query().listOfRows()))
                .hasStackTraceContaining("The work was cancelled");
        assertThat(jdbc.sql("SELECT 1").query(Long.class).single())
                .as("others go on")
                .isEqualTo(1);
    }
}
