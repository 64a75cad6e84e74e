package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@OnTestDatabase
@JdbcTest
class TestDatabaseTests {

    @Autowired
    JdbcClient jdbc;

    @Test
    void testsRunOnAPostgresOfTheirOwnDatabase() {
        assertThat(ask("SELECT version()")).startsWith("PostgreSQL ");
        assertThat(ask("SELECT current_database() || current_schema()")).contains("runledger_test_");
    }

    @Test
    void sessionJvmAndUtcAreInDifferentZones() {
        assertThat(ask("SHOW timezone")).isEqualTo("America/St_Johns");
        assertThat(ZoneId.systemDefault()).isEqualTo(ZoneId.of("Pacific/Auckland"));
    }

    private String ask(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }
}
