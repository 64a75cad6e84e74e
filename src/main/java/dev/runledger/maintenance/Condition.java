package dev.runledger.maintenance;

import dev.runledger.security.ServiceKeys;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;

/** What matters of a server's settings, a line each, without anything secret. */
@Component
@ConditionalOnWebApplication
class Condition {

    private static final long MIB = 1024 * 1024;

    private final ServiceKeys keys;
    private final JdbcClient jdbc;
    private final Flyway migrations;
    private final Environment environment;

    Condition(ServiceKeys keys, JdbcClient jdbc, Flyway migrations, Environment environment) {
        this.keys = keys;
        this.jdbc = jdbc;
        this.migrations = migrations;
        this.environment = environment;
    }

    List<String> lines() {
        return List.of(
                "database: " + database(),
                "runs: " + runs(),
                "keys: "
                        + (keys.file() == null
                                ? keys.summary()
                                : "kept in " + keys.file().path()),
                "alert channels: "
                        + (isSet("runledger.alerts.secret-key")
                                ? "on"
                                : "off, as RUNLEDGER_ALERTS_SECRET_KEY is not set"),
                "messages about alerts go to "
                        + (isOn("runledger.alerts.private-targets") ? "any address" : "public addresses only"),
                "metrics: "
                        + (isSet("management.server.port")
                                ? "on port " + environment.getProperty("local.management.port")
                                : "/actuator/prometheus, with a key"),
                "traces: "
                        + (isOn("management.opentelemetry.enabled")
                                ? "to "
                                        + environment.getProperty(
                                                "management.opentelemetry.tracing.export.otlp.endpoint")
                                : "off"),
                "memory: %d MiB of heap at most, %d processors"
                        .formatted(
                                Runtime.getRuntime().maxMemory() / MIB,
                                Runtime.getRuntime().availableProcessors()));
    }

    private String database() {
        return "PostgreSQL %s%s, migration %s"
                .formatted(
                        jdbc.sql("SHOW server_version").query(String.class).single(),
                        keys.file() != null || !isSet("spring.datasource.url") ? ", embedded" : "",
                        migrations.info().current().getVersion());
    }

    private String runs() {
        return jdbc.sql("SELECT max(started_at)::text FROM question_generation_runs")
                .query(String.class)
                .optional()
                .map("the latest started at %s"::formatted)
                .orElse("none yet");
    }

    private boolean isOn(String property) {
        return environment.getProperty(property, Boolean.class, false);
    }

    private boolean isSet(String property) {
        return StringUtils.hasText(environment.getProperty(property));
    }
}
