package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** As PostgreSQL itself sees the sessions of the server. */
@RunledgerTest
class StatementTimeoutTests {

    @Autowired
    JdbcClient jdbc;

    @Test
    void noStatementOfARequestGoesOnForLongerThanItsClientWaits() {
        assertThat(jdbc.sql("SHOW statement_timeout").query(String.class).single())
                .isEqualTo("30s");
    }
}
