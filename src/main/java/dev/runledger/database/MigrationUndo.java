package dev.runledger.database;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The way back of Flyway's migrations, by the scripts in db/undo: all the way to the version asked for, or nowhere. */
public final class MigrationUndo {

    private static final Logger log = LoggerFactory.getLogger(MigrationUndo.class);

    // Holds off servers that would migrate meanwhile.
    private static final String LOCK_HISTORY = "LOCK TABLE flyway_schema_history IN ACCESS EXCLUSIVE MODE";

    private static final String NEWER_THAN = """
            SELECT version::int FROM flyway_schema_history
             WHERE version::int > :target AND success
             ORDER BY version::int DESC
            """;

    private static final String FORGET = "DELETE FROM flyway_schema_history WHERE version::int = :version";

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public MigrationUndo(DataSource dataSource) {
        this.template = new JdbcTemplate(dataSource);
        this.jdbc = JdbcClient.create(template);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    }

    /**
     * Undoes every migration above the target, the newest first.
     *
     * @return the versions undone
     * @throws FailureAnalyzedException if one of them has no undo script; then nothing has changed
     */
    public List<Integer> to(int target) {
        return transaction.execute(status -> {
            template.execute(LOCK_HISTORY);
            List<Integer> versions = jdbc.sql(NEWER_THAN)
                    .param("target", target)
                    .query(Integer.class)
                    .list();
            for (int version : versions) {
                template.execute(script(version));
                jdbc.sql(FORGET).param("version", version).update();
                log.info("Undid migration {}", version);
            }
            return new ArrayList<>(versions);
        });
    }

    private static String script(int version) {
        try {
            Resource[] found = new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:db/undo/U%d__*.sql".formatted(version));
            if (found.length != 1) {
                throw new FailureAnalyzedException(
                        "Migration %d has no undo script in this version of Runledger.".formatted(version),
                        "Use the version that made the migration; nothing has been changed.");
            }
            return found[0].getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("Migration %d's undo script cannot be read".formatted(version), e);
        }
    }
}
