package dev.runledger.graphql.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.database.TestDatabase;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Somebody has locked the runs, so that every query of them waits in the database. */
@RunledgerTest
@TestPropertySource(properties = "runledger.graphql.timeout=5s")
class AbandonedQueriesTests {

    private static final String QUERY =
            "{ run(clientRunId: \"nobody\") { id } again: run(clientRunId: \"nobody\") { id } }";
    /** PostgreSQL keeps the first 1,024 characters of a statement, which Hibernate begins so. */
    private static final String WAITING = """
            SELECT count(*) FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE 'select r1_0.id,%'
            """;

    @Autowired
    JdbcClient jdbc;

    @LocalServerPort
    int port;

    private Connection locked;

    @BeforeEach
    void lock() throws SQLException {
        locked = TestDatabase.shared().connect();
        locked.setAutoCommit(false);
        try (Statement statement = locked.createStatement()) {
            statement.execute("LOCK TABLE question_generation_runs IN ACCESS EXCLUSIVE MODE");
        }
    }

    @AfterEach
    void unlock() throws SQLException {
        locked.close();
    }

    @Test
    void aClientThatLeavesTakesItsStatementsAlong() throws IOException {
        try (Socket client = send()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting() == 2);
        }
        await().atMost(Duration.ofSeconds(4)).until(() -> waiting() == 0);
    }

    @Test
    void statementsEndWithTheDeadlineWhichIsNamed() {
        Answer answer = new GraphQlClient(port).ask(QUERY);

        assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(answer.message()).contains("more than 5 seconds");
        await().atMost(Duration.ofSeconds(60)).until(() -> waiting() == 0);
    }

    private long waiting() {
        return jdbc.sql(WAITING).query(Long.class).single();
    }

    private Socket send() throws IOException {
        String body = "{\"query\": \"%s\"}".formatted(QUERY.replace("\"", "\\\""));
        Socket socket = new Socket("localhost", port);
        socket.getOutputStream()
                .write(
                        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Service-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                .formatted(TestKeys.ANALYST, body.length(), body)
                                .getBytes(StandardCharsets.UTF_8));
        return socket;
    }
}
