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

    /** What is likely due to a cause that was notified sooner waits until then, and is one message. */
    private static final Duration GROUPS_APART = Duration.ofMinutes(1);

    private static final String FIRING = """
            INSERT INTO alert_message (id, alert_id, channel_id, type, body, next_attempt_at, created_at, group_key)
            SELECT gen_random_uuid(), :alert, channel.id, 'FIRING', :body,
                   greatest(CAST(:at AS timestamptz),
                            (SELECT max(earlier.ended_at) + :apart * interval '1 second'
                               FROM alert_message earlier
                              WHERE earlier.channel_id = channel.id AND earlier.group_key = channel.group_key
                                AND earlier.group_key <> '' AND earlier.type = 'FIRING' AND earlier.state = 'DELIVERED'
                                AND earlier.ended_at > CAST(:now AS timestamptz) - :apart * interval '1 second')),
                   :now, channel.group_key
              FROM (SELECT id, CASE kind WHEN 'PAGERDUTY' THEN '' ELSE :group END AS group_key FROM alert_channel) channel
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
              FROM (SELECT message.id, channel.kind, channel.url, channel.secret, channel.recipient,
                           CASE WHEN message.type = 'RESOLVED' THEN
                               (SELECT posted.receipt FROM alert_message posted
                                 WHERE posted.alert_id = message.alert_id AND posted.channel_id = message.channel_id
                                   AND posted.receipt IS NOT NULL
                                 ORDER BY posted.seq DESC LIMIT 1) END AS receipt
                      FROM alert_message message JOIN alert_channel channel ON channel.id = message.channel_id
                     WHERE message.state = 'WAITING' AND message.next_attempt_at <= :now AND message.sent_with IS NULL
                       AND NOT EXISTS (SELECT 1 FROM alert_message earlier
                                        WHERE earlier.alert_id = message.alert_id
                                          AND earlier.channel_id = message.channel_id
                                          AND earlier.seq < message.seq AND earlier.state = 'WAITING')
                     ORDER BY message.next_attempt_at
                     LIMIT 1
                       FOR UPDATE OF message SKIP LOCKED) next
             WHERE claimed.id = next.id
            RETURNING claimed.id, claimed.channel_id, claimed.type, claimed.group_key, claimed.body, claimed.attempts,
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

    private static final String SENT_WITH = "SELECT body FROM alert_message WHERE sent_with = :id ORDER BY seq";

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

        /** With what else is likely due to the same cause. */
        Claimed with(List<String> others, JsonMapper json) {
            ObjectNode whole = (ObjectNode) json.readTree(body);
            ObjectNode data = (ObjectNode) whole.path("data");
            ArrayNode alerts = data.putArray("alsoFiring");
            others.forEach(other -> alerts.add(json.readTree(other).path("data")));
            return new Claimed(
                    id,
                    channelId,
                    type,
                    groupKey,
                    json.writeValueAsString(whole),
                    attempts,
                    createdAt,
                    kind,
                    url,
                    secret,
                    recipient,
                    receipt);
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
                .param("apart", GROUPS_APART.toSeconds())
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

    /** The next message that is due, for this instance to send, with what goes out with it; null if there is none. */
    @Transactional
    public @Nullable Claimed claim() {
        Claimed claimed = next();
        if (claimed == null || claimed.groupKey().isEmpty() || claimed.type() != AlertMessage.Type.FIRING) {
            return claimed;
        }
        if (claimed.attempts() == 1) {
            jdbc.sql(TAKE_ALONG)
                    .param("id", claimed.id())
                    .param("channel", claimed.channelId())
                    .param("group", claimed.groupKey())
                    .param("until", now().plus(CLAIM))
                    .update();
        }
        List<String> others = jdbc.sql(SENT_WITH)
                .param("id", claimed.id())
                .query(String.class)
                .list();
        return others.isEmpty() ? claimed : claimed.with(others, json);
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
        // What is said of several alerts is not overwritten by the end of one.
        boolean isOfOne = jdbc.sql(SENT_WITH)
                .param("id", message.id())
                .query(String.class)
                .list()
                .isEmpty();
        end(message, AlertMessage.State.DELIVERED, answer.text(), isOfOne ? answer.receipt() : null);
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
