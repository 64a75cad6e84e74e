package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes the database away from a running application and gives it back, on a PostgreSQL of its own. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@DirtiesContext
class DatabaseOutageTests {

    @TempDir
    static Path directory;

    @DynamicPropertySource
    static void ownDatabase(DynamicPropertyRegistry properties) {
        properties.add("spring.datasource.url", () -> "");
        properties.add("runledger.data-dir", directory::toString);
    }

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @Test
    void everyFailureOfAnOutageIsKnownAndTheNextConnectionWorks() throws Exception {
        CompletableFuture<Throwable> alone = CompletableFuture.supplyAsync(() -> failure(this::longQuery));
        CompletableFuture<Throwable> inTransaction =
                CompletableFuture.supplyAsync(() -> failure(() -> inTransaction(this::longQuery)));
        await().until(() -> queriesRunning() == 2);

        Path away = directory.resolve("away");
        takeDatabaseTo(away);

        assertThat(alone.join()).matches(DatabaseOutage::isBehind);
        assertThat(inTransaction.join()).matches(DatabaseOutage::isBehind);
        assertThat(failure(this::query)).matches(DatabaseOutage::isBehind);
        assertThat(failure(() -> inTransaction(this::query))).matches(DatabaseOutage::isBehind);

        Files.move(away, directory.resolve("postgres"));

        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> query() == 1);
        assertThat(inTransaction(this::query)).isEqualTo(1);
    }

    @Test
    void aFaultyStatementIsNoOutage() {
        assertThat(failure(() -> jdbc.sql("SELECT 1 / 0").query(Integer.class).single()))
                .isNotNull()
                .matches(fault -> !DatabaseOutage.isBehind(fault));
        assertThat(failure(
                        () -> jdbc.sql("SELECT nonsense").query(Integer.class).single()))
                .isNotNull()
                .matches(fault -> !DatabaseOutage.isBehind(fault));
    }

    /** While its files are elsewhere the server cannot be started again. */
    private static void takeDatabaseTo(Path away) throws IOException {
        ProcessHandle postmaster = new ServerCluster(directory).postmaster().orElseThrow();
        Files.move(directory.resolve("postgres"), away);
        postmaster.destroyForcibly();
        postmaster.onExit().join();
    }

    private int query() {
        return jdbc.sql("SELECT 1").query(Integer.class).single();
    }

    private int longQuery() {
        return jdbc.sql("SELECT 1 FROM pg_sleep(300)").query(Integer.class).single();
    }

    private int queriesRunning() {
        return jdbc.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                .query(Integer.class)
                .single();
    }

    private <T> T inTransaction(Supplier<T> work) {
        return new TransactionTemplate(transactions).execute(status -> work.get());
    }

    private static Throwable failure(Supplier<?> work) {
        return catchThrowable(work::get);
    }
}
