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
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Messages that wait to be sent. They are written in the transaction that changes an alert, and claimed by any instance. */
@Component
class Outbox {

    /** So long whoever claims a message has to send it; then somebody else may. */
    static final Duration CLAIM = Duration.ofSeconds(30);

    /** What is likely due to a cause that was notified no longer ago is said by the same message. */
    private static final Duration ONE_CAUSE = Duration.ofMinutes(1);

    private static final String FIRING = """
            INSERT INTO alert_message (id, alert_id, channel_id, type, body, next_attempt_at, created_at, group_key)
            SELECT gen_random_uuid(), :alert, channel.id, 'FIRING', :body,
                   :at, :now, channel.group_key
              FROM (SELECT id, CASE kind WHEN 'PAGERDUTY' THEN '' ELSE :group END AS group_key FROM alert_channel) channel
             WHERE channel.id = ANY (CAST(:channels AS uuid[]))
            """;

    /** Goes wherever it was said that the alert fires. */
    private static final String RESOLVED = """
            INSERT INTO alert_message (id, alert_id, channel_id, type, body, next_attempt_at, created_at)
            SELECT gen_random_uuid(), :alert, sent.channel_id, 'RESOLVED', :body, :now, :now
              FROM (SELECT DISTINCT channel_id FROM alert_message WHERE alert_id = :alert AND type = 'FIRING') sent
            """;

    /** So that of two instances the later one sees what the other has claimed. */
    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('alert_message'))";

    /**
     * The messages of an alert go to a channel one after the other: the end after every message that says that it fires, and what may join a
     * message after the first attempt to send that.
     */
    private static final String CLAIM_NEXT = """
            UPDATE alert_message claimed
               SET attempts = attempts + 1, next_attempt_at = :until
              FROM (SELECT message.id, channel.kind, channel.url, channel.secret, channel.recipient,
                           CASE message.type
                               WHEN 'RESOLVED' THEN
                                   (SELECT posted.receipt FROM alert_message posted
                                     WHERE posted.alert_id = message.alert_id AND posted.channel_id = message.channel_id
                                       AND posted.receipt IS NOT NULL
                                       -- What is said of several alerts is not overwritten by the end of one.
                                       AND NOT EXISTS (SELECT 1 FROM alert_message other
                                                        WHERE other.joins = posted.joins AND other.id <> posted.id)
                                     ORDER BY posted.seq DESC LIMIT 1)
                               ELSE (SELECT first.receipt FROM alert_message first
                                      WHERE first.id = message.joins AND first.id <> message.id) END AS receipt
                      FROM alert_message message JOIN alert_channel channel ON channel.id = message.channel_id
                     WHERE message.state = 'WAITING' AND message.next_attempt_at <= :now AND message.sent_with IS NULL
                       AND NOT EXISTS (SELECT 1 FROM alert_message earlier
                                        WHERE earlier.alert_id = message.alert_id
                                          AND earlier.channel_id = message.channel_id
                                          AND earlier.seq < message.seq AND earlier.state = 'WAITING')
                       AND (message.type <> 'RESOLVED'
                            OR NOT EXISTS (SELECT 1
                                             FROM alert_message said
                                             JOIN alert_message sending ON sending.joins = said.joins
                                            WHERE said.alert_id = message.alert_id AND said.channel_id = message.channel_id
                                              AND sending.state = 'WAITING'))
                       AND (message.group_key = '' OR message.attempts > 0
                            OR NOT EXISTS (SELECT 1 FROM alert_message sending
                                            WHERE sending.channel_id = message.channel_id
                                              AND sending.group_key = message.group_key
                                              AND sending.state = 'WAITING' AND sending.attempts = 1
                                              AND sending.sent_with IS NULL))
                     ORDER BY message.next_attempt_at
                     LIMIT 1
                       FOR UPDATE OF message SKIP LOCKED) next
             WHERE claimed.id = next.id
            RETURNING claimed.id, claimed.alert_id, claimed.channel_id, claimed.type, claimed.group_key,
                      coalesce(claimed.sent_body, claimed.body) AS body, claimed.attempts,
                      claimed.created_at,
                      next.kind, next.url, next.secret, next.recipient, next.receipt
            """;

    /** Once and for all, at the first attempt: whatever is sent again is the same. */
    private static final String TAKE_ALONG = """
            UPDATE alert_message
               SET sent_with = :id, attempts = 1, next_attempt_at = :until
             WHERE channel_id = :channel AND group_key = :group AND type = 'FIRING' AND state = 'WAITING' AND attempts = 0
               AND sent_with IS NULL AND id <> :id
            """;

    /** The message that says already what the cause has tripped, if that fires still. */
    private static final String FIRST = """
            SELECT first.id, first.body, first.receipt
              FROM alert_message first
             WHERE first.channel_id = :channel AND first.group_key = :group AND first.joins = first.id
               AND first.state = 'DELIVERED' AND first.ended_at > :since AND first.alert_id <> :alert
               AND NOT EXISTS (SELECT 1 FROM alert_message over
                                WHERE over.alert_id = first.alert_id AND over.type = 'RESOLVED' AND over.seq > first.seq)
             ORDER BY first.seq DESC
             LIMIT 1
            """;

    private static final String JOIN = "UPDATE alert_message SET joins = :first WHERE id = :id OR sent_with = :id";

    /** What else fires of the cause: what is to be said now, and what was said before and is not over. */
    private static final String OTHERS = """
            SELECT other.body
              FROM alert_message other
             WHERE other.joins = :first AND other.id <> :first
               AND (other.id = :id OR other.sent_with = :id
                    OR NOT EXISTS (SELECT 1 FROM alert_message over
                                    WHERE over.alert_id = other.alert_id AND over.type = 'RESOLVED' AND over.seq > other.seq))
             ORDER BY other.seq
            """;

    private static final String END = """
            UPDATE alert_message SET state = :state, last_answer = :answer, ended_at = :now, receipt = :receipt
             WHERE (id = :id OR sent_with = :id) AND state = 'WAITING'
            """;

    private static final String AGAIN = """
            UPDATE alert_message SET next_attempt_at = :at, last_answer = :answer WHERE id = :id AND state = 'WAITING'
            """;

    private static final String ANSWERED = """
            UPDATE alert_channel
               SET last_answer = :answer, last_answered_at = :now,
                   last_delivered_at = CASE WHEN :taken THEN :now ELSE last_delivered_at END
             WHERE id = :channel
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    Outbox(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.json = json;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** A message that this instance has to send, {@code attempts} being counted with this one. */
    record Claimed(
            UUID id,
            UUID alertId,
            UUID channelId,
            AlertMessage.Type type,
            String groupKey,
            String body,
            int attempts,
            OffsetDateTime createdAt,
            ChannelKind kind,
            String url,
            byte @Nullable [] secret,
            @Nullable String recipient,
            @Nullable String receipt) {

        /** @param said of a message that is sent anew with this one; null for none */
        Claimed saying(String body, @Nullable String said) {
            return new Claimed(
                    id, alertId, channelId, type, groupKey, body, attempts, createdAt, kind, url, secret, recipient,
                    said);
        }

        ChannelMessage channelMessage() {
            return new ChannelMessage(id, body, kind, url, secret, recipient, receipt);
        }
    }

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

    /**
     * @param group under which it is sent as one with what else is, but for PagerDuty, which groups itself; empty for none
     * @param wait for what else there is
     */
    void addFiring(UUID alert, String body, List<UUID> channels, String group, Duration wait) {
        jdbc.sql(FIRING)
                .param("alert", alert)
                .param("body", body)
                .param("channels", AlertRules.array(channels))
                .param("group", group)
                .param("at", now().plus(wait))
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

    /**
     * The next message that is due, for this instance to send, with what else is likely due to the same cause; null if there is none. What
     * fires within a minute after a message about its cause is sent as that message anew, with what it said and this.
     */
    @Transactional
    public @Nullable Claimed claim() {
        if (!jdbc.sql(LOCK).query(Boolean.class).single()) {
            return null;
        }
        Claimed claimed = next();
        boolean isFirstAttempt = claimed != null && claimed.attempts() == 1;
        if (!isFirstAttempt || claimed.groupKey().isEmpty() || claimed.type() != AlertMessage.Type.FIRING) {
            return claimed;
        }
        jdbc.sql(TAKE_ALONG)
                .param("id", claimed.id())
                .param("channel", claimed.channelId())
                .param("group", claimed.groupKey())
                .param("until", now().plus(CLAIM))
                .update();
        First first = jdbc.sql(FIRST)
                .param("channel", claimed.channelId())
                .param("group", claimed.groupKey())
                .param("alert", claimed.alertId())
                .param("since", now().minus(ONE_CAUSE))
                .query(First.class)
                .optional()
                .orElseGet(() -> new First(claimed.id(), claimed.body(), null));
        jdbc.sql(JOIN).param("first", first.id()).param("id", claimed.id()).update();
        List<String> others = jdbc.sql(OTHERS)
                .param("first", first.id())
                .param("id", claimed.id())
                .query(String.class)
                .list();
        if (others.isEmpty()) {
            return claimed;
        }
        String body = with(first.body(), others);
        // Once and for all: whatever is sent again is the same.
        jdbc.sql("UPDATE alert_message SET sent_body = :body WHERE id = :id")
                .param("body", body)
                .param("id", claimed.id())
                .update();
        return claimed.saying(body, first.receipt());
    }

    private record First(UUID id, String body, @Nullable String receipt) {}

    private String with(String body, List<String> others) {
        ObjectNode whole = (ObjectNode) json.readTree(body);
        ObjectNode data = (ObjectNode) whole.path("data");
        ArrayNode alerts = data.putArray("alsoFiring");
        others.forEach(other -> alerts.add(json.readTree(other).path("data")));
        return json.writeValueAsString(whole);
    }

    private @Nullable Claimed next() {
        return jdbc.sql(CLAIM_NEXT)
                .param("now", now())
                .param("until", now().plus(CLAIM))
                .query(Claimed.class)
                .optional()
                .orElse(null);
    }

    void delivered(Claimed message, ReceiverAnswer answer) {
        end(message, AlertMessage.State.DELIVERED, answer.text(), answer.receipt());
        answered(message.channelId(), true, answer.text());
    }

    void giveUp(Claimed message, String answer) {
        end(message, AlertMessage.State.GIVEN_UP, answer, null);
        answered(message.channelId(), false, answer);
    }

    private void end(Claimed message, AlertMessage.State state, String answer, @Nullable String receipt) {
        jdbc.sql(END)
                .param("id", message.id())
                .param("state", state.name())
                .param("answer", answer)
                .param("receipt", receipt)
                .param("now", now())
                .update();
    }

    void again(Claimed message, Instant at, String answer) {
        jdbc.sql(AGAIN)
                .param("id", message.id())
                .param("at", at.atOffset(ZoneOffset.UTC))
                .param("answer", answer)
                .update();
        answered(message.channelId(), false, answer);
    }

    /** Notes what the receiver of a channel said last. */
    void answered(UUID channel, boolean isTaken, String answer) {
        jdbc.sql(ANSWERED)
                .param("channel", channel)
                .param("taken", isTaken)
                .param("answer", answer)
                .param("now", now())
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
