package dev.runledger.monitoring;

import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whether the database still has the migrations that this version needs: somebody may have undone them. Newer ones do no harm. */
@Component
class MigrationsHealthIndicator extends AbstractHealthIndicator {

    private static final String NEWEST = """
            SELECT coalesce(max(version::int), 0) FROM flyway_schema_history WHERE success AND version IS NOT NULL
            """;

    private final JdbcClient jdbc;
    private final int needed;

    MigrationsHealthIndicator(JdbcClient jdbc, Flyway migrations) {
        this.jdbc = jdbc;
        this.needed = Arrays.stream(migrations.info().all())
                .filter(migration -> migration.getState().isResolved() && migration.getVersion() != null)
                .mapToInt(migration -> Integer.parseInt(migration.getVersion().getVersion()))
                .max()
                .orElse(0);
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        int newest = jdbc.sql(NEWEST).query(Integer.class).single();
        builder.status(newest >= needed ? "UP" : "OUT_OF_SERVICE")
                .withDetail("newest", newest)
                .withDetail("needed", needed);
    }
}
