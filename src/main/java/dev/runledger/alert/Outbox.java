package dev.runledger.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Messages that wait to be sent. They are written in the transaction that changes an alert, and claimed by any instance. */
@Component
class Outbox {

    /** So long whoever claims a message has to send it; then somebody else may. */
    static final Duration CLAIM = Duration.ofSeconds(30);

    private static final String FIRING = """
            INSERT INTO alert_message (id, alert_id, channel_id, type, body, next_attempt_at, created_at)
            SELECT gen_random_uuid(), :alert, channel.id, 'FIRING', :body, :now, :now
              FROM alert_channel channel
             WHERE channel.id = ANY (CAST(:channels AS uuid[]))
            """;

    /** Goes wherever it was said that the alert fires. */
    private static final String RESOLVED = """
            INSERT INTO alert_message (id, alert_id, channel_id, type, body, next_attempt_at, created_at)
            SELECT gen_random_uuid(), :alert, sent.channel_id, 'RESOLVED', :body, :now, :now
              FROM (SELECT DISTINCT channel_id FROM alert_message WHERE alert_id = :alert AND type = 'FIRING') sent
            """;

    /** The messages of an alert go to a channel one after the other. */
    private static final String CLAIM_NEXT = """
            UPDATE alert_message claimed
               SET attempts = attempts + 1, next_attempt_at = :until
              FROM (SELECT message.id, channel.url, channel.secret
                      FROM alert_message message JOIN alert_channel channel ON channel.id = message.channel_id
                     WHERE message.state = 'WAITING' AND message.next_attempt_at <= :now
                       AND NOT EXISTS (SELECT 1 FROM alert_message earlier
                                        WHERE earlier.alert_id = message.alert_id
                                          AND earlier.channel_id = message.channel_id
                                          AND earlier.seq < message.seq AND earlier.state = 'WAITING')
                     ORDER BY message.next_attempt_at
                     LIMIT 1
                       FOR UPDATE OF message SKIP LOCKED) next
             WHERE claimed.id = next.id
            RETURNING claimed.id, claimed.body, claimed.attempts, claimed.created_at, next.url, next.secret
            """;

    private static final String END = """
            UPDATE alert_message SET state = :state, last_answer = :answer, ended_at = :now
             WHERE id = :id AND state = 'WAITING'
            """;

    private static final String AGAIN = """
            UPDATE alert_message SET next_attempt_at = :at, last_answer = :answer WHERE id = :id AND state = 'WAITING'
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Outbox(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A message that this instance has to send, {@code attempts} being counted with this one. */
    record Claimed(UUID id, String body, int attempts, OffsetDateTime createdAt, String url, byte[] secret) {}

    private record Row(
            UUID id,
            UUID alertId,
            UUID channelId,
            AlertMessage.Type type,
            AlertMessage.State state,
            int attempts,
            @Nullable String lastAnswer,
            OffsetDateTime createdAt,
            @Nullable OffsetDateTime endedAt) {

        AlertMessage message() {
            return new AlertMessage(
                    id,
                    alertId,
                    channelId,
                    type,
                    state,
                    attempts,
                    lastAnswer,
                    createdAt.toInstant(),
                    AlertRules.instant(endedAt));
        }
    }

    void addFiring(UUID alert, String body, List<UUID> channels) {
        jdbc.sql(FIRING)
                .param("alert", alert)
                .param("body", body)
                .param("channels", AlertRules.array(channels))
                .param("now", now())
                .update();
    }

    void addResolved(UUID alert, String body) {
        jdbc.sql(RESOLVED)
                .param("alert", alert)
                .param("body", body)
                .param("now", now())
                .update();
    }

    /** The next message that is due, for this instance to send; null if there is none. */
    @Nullable
    Claimed claim() {
        return jdbc.sql(CLAIM_NEXT)
                .param("now", now())
                .param("until", now().plus(CLAIM))
                .query(Claimed.class)
                .optional()
                .orElse(null);
    }

    void end(UUID id, AlertMessage.State state, String answer) {
        jdbc.sql(END)
                .param("id", id)
                .param("state", state.name())
                .param("answer", answer)
                .param("now", now())
                .update();
    }

    void again(UUID id, Instant at, String answer) {
        jdbc.sql(AGAIN)
                .param("id", id)
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("answer", answer)
                .update();
    }

    /** The messages about an alert, in the order in which they were written. */
    List<AlertMessage> about(UUID alert) {
        return jdbc
                .sql("SELECT * FROM alert_message WHERE alert_id = :alert ORDER BY seq")
                .param("alert", alert)
                .query(Row.class)
                .list()
                .stream()
                .map(Row::message)
                .toList();
    }

    void forget(Instant endedBefore) {
        jdbc.sql("DELETE FROM alert_message WHERE ended_at < :before")
                .param("before", endedBefore.atOffset(ZoneOffset.UTC))
                .update();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
