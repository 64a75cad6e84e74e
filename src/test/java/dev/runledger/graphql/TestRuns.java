package dev.runledger.graphql;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs as they are in the ledger, and word of them as any instance gives it. */
final class TestRuns {

    private final JdbcClient jdbc;

    TestRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    UUID insert(String status, String environment) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment)"
                        + " VALUES (:id, now(), :status, 0, :environment)")
                .param("id", id)
                .param("status", status)
                .param("environment", environment)
                .update();
        return id;
    }

    /** Notifies every instance that these runs changed. */
    void notifyOf(UUID... ids) {
        String payload = List.of(ids).stream().map(UUID::toString).collect(Collectors.joining(","));
        jdbc.sql("SELECT pg_notify('run_changed', :ids) IS NULL")
                .param("ids", payload)
                .query(Boolean.class)
                .single();
    }

    UUID insertAndNotify(String status, String environment) {
        UUID id = insert(status, environment);
        notifyOf(id);
        return id;
    }

    void deleteAllIn(String environment) {
        jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .update();
    }
}
