package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.alert.WebhookTarget.RefusedAddressException;
import java.net.URI;
import java.net.UnknownHostException;
import java.sql.Types;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** The channels that are stored. */
@Service
public class AlertChannels {

    /** How many channels there can be. */
    public static final int MAX_CHANNELS = 100;

    private static final String SELECT = """
            SELECT channel.id, channel.name, channel.kind, channel.url, channel.created_at, channel.last_answer,
                   channel.last_answered_at, channel.last_delivered_at, channel.managed,
                   (SELECT count(*) FROM alert_message message
                     WHERE message.channel_id = channel.id AND message.state = 'WAITING') AS waiting_messages,
                   (SELECT count(*) FROM alert_message message
                     WHERE message.channel_id = channel.id AND message.state = 'GIVEN_UP') AS given_up_messages
              FROM alert_channel channel
            """;

    private static final String TARGET = """
            SELECT kind, url, secret, recipient FROM alert_channel WHERE id = :id
            """;

    private static final String INSERT = """
            INSERT INTO alert_channel (id, name, kind, url, secret, recipient, created_at)
            VALUES (:id, :name, :kind, :url, :secret, :recipient, :now)
            """;

    private static final String UPDATE = """
            UPDATE alert_channel
               SET kind = :kind, url = :url, secret = :secret, recipient = :recipient
             WHERE id = :id
            """;

    private static final String STORED = """
            SELECT id, name, kind, url, secret, recipient, managed FROM alert_channel
            """;

    private static final int MAX_NAME = 100;
    private static final String SECRET = "whsec_";
    /** As Standard Webhooks asks for. */
    private static final int MIN_SECRET = 24;

    private static final int MAX_SECRET = 2_000;

    private final JdbcClient jdbc;
    private final ChannelSecrets secrets;
    private final WebhookTarget target;
    private final ChannelRequests requests;
    private final ChannelClient client;
    private final AlertMails mails;
    private final Outbox outbox;
    private final JsonMapper json;
    private final Clock clock;

    AlertChannels(
            JdbcClient jdbc,
            ChannelSecrets secrets,
            WebhookTarget target,
            ChannelRequests requests,
            ChannelClient client,
            AlertMails mails,
            Outbox outbox,
            JsonMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.secrets = secrets;
        this.target = target;
        this.requests = requests;
        this.client = client;
        this.mails = mails;
        this.outbox = outbox;
        this.json = json;
        this.clock = clock;
    }

    private record Row(
            UUID id,
            String name,
            ChannelKind kind,
            String url,
            OffsetDateTime createdAt,
            @Nullable String lastAnswer,
            @Nullable OffsetDateTime lastAnsweredAt,
            @Nullable OffsetDateTime lastDeliveredAt,
            int waitingMessages,
            int givenUpMessages,
            boolean managed) {

        AlertChannel channel() {
            return new AlertChannel(
                    id,
                    name,
                    kind,
                    url,
                    createdAt.toInstant(),
                    lastAnswer,
                    AlertRules.instant(lastAnsweredAt),
                    AlertRules.instant(lastDeliveredAt),
                    waitingMessages,
                    givenUpMessages,
                    managed);
        }
    }

    private record Target(
            ChannelKind kind,
            String url,
            byte @Nullable [] secret,
            @Nullable String recipient) {}

    private record Stored(
            UUID id,
            String name,
            ChannelKind kind,
            String url,
            byte @Nullable [] secret,
            @Nullable String recipient,
            boolean managed) {}

    /** A channel cannot be made without its secret. */
    static final class SecretMissingException extends IllegalArgumentException {}

    /** What came of a message that was sent to try the channel. */
    public record Tried(boolean isTaken, String answer) {}

    /**
     * A channel that was just made, and its secret, shown this once.
     *
     * @param secret as Standard Webhooks writes it: {@code whsec_} and Base64
     */
    public record Created(AlertChannel channel, String secret) {}

    /** All channels, by name. */
    public List<AlertChannel> all() {
        return jdbc.sql(SELECT + " ORDER BY channel.name").query(Row.class).list().stream()
                .map(Row::channel)
                .toList();
    }

    /** The channel by its id; null if there is none. */
    public @Nullable AlertChannel find(UUID id) {
        return jdbc.sql(SELECT + " WHERE channel.id = :id")
                .param("id", id)
                .query(Row.class)
                .optional()
                .map(Row::channel)
                .orElse(null);
    }

    /**
     * Creates a webhook, which messages are signed for.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public Created create(String name, String url) {
        check(WebhookTarget.uri(url));
        byte[] secret = secrets.random();
        AlertChannel channel = store(name, ChannelKind.WEBHOOK, url, secret, null);
        return new Created(channel, SECRET + Base64.getEncoder().encodeToString(secret));
    }

    /**
     * Creates a channel to an incoming webhook of Slack, whose whole address is the secret.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public AlertChannel createSlackHook(String name, String url) {
        URI uri = WebhookTarget.uri(url);
        check(uri);
        return store(name, ChannelKind.SLACK, uri.getScheme() + "://" + uri.getAuthority(), url.getBytes(UTF_8), null);
    }

    /**
     * Creates a channel that a bot of Slack posts to, and edits its message when the alert is resolved.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public AlertChannel createSlackBot(String name, String token, String channel) {
        checkText("channel", channel, MAX_NAME);
        return store(name, ChannelKind.SLACK, requests.slackApi(), secret("token", token), channel);
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public AlertChannel createPagerDuty(String name, String routingKey) {
        return store(name, ChannelKind.PAGERDUTY, requests.pagerDutyEvents(), secret("routingKey", routingKey), null);
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public AlertChannel createEmail(String name, String to) {
        mails.check(to);
        return store(name, ChannelKind.EMAIL, "mailto:" + to, null, to);
    }

    /** The channels as a file has them, by name. */
    List<AlertsFile.Channel> forFile() {
        return jdbc.sql(STORED + "ORDER BY name").query(Stored.class).list().stream()
                .map(stored -> new AlertsFile.Channel(
                        stored.name(),
                        stored.kind(),
                        stored.kind() == ChannelKind.WEBHOOK ? stored.url() : null,
                        stored.kind() == ChannelKind.SLACK ? stored.recipient() : null,
                        stored.kind() == ChannelKind.EMAIL ? stored.recipient() : null))
                .toList();
    }

    /**
     * Makes the channel, or changes it, as a file has it.
     *
     * @param secret null to leave it as it is
     * @return what was changed; null if it was made
     * @throws SecretMissingException if a channel that needs a secret has none
     * @throws IllegalArgumentException naming what is wrong
     */
    @Nullable
    List<String> put(AlertsFile.Channel wanted, @Nullable String secret) {
        ChannelKind kind = wanted.kind();
        if (wanted.name() == null || kind == null) {
            throw new IllegalArgumentException("A channel needs name and kind");
        }
        Stored stored = jdbc.sql(STORED + "WHERE name = :name")
                .param("name", wanted.name())
                .query(Stored.class)
                .optional()
                .orElse(null);
        boolean isSame = stored != null && stored.kind() == kind;
        byte[] before = isSame && stored.secret() != null ? secrets.decrypt(stored.secret()) : null;
        byte[] after = secret == null ? before : secretOf(kind, wanted, secret);
        if (kind != ChannelKind.EMAIL && after == null) {
            throw new SecretMissingException();
        }
        String url = url(wanted, kind, after);
        String recipient = kind == ChannelKind.EMAIL ? wanted.to() : wanted.channel();
        if (stored == null) {
            UUID id = store(wanted.name(), kind, url, after, recipient).id();
            manage(id);
            return null;
        }
        List<String> changed = new ArrayList<>();
        if (!isSame) {
            changed.add("kind");
        }
        if (!stored.url().equals(url)) {
            changed.add("url");
        }
        if (!Objects.equals(stored.recipient(), recipient)) {
            changed.add(kind == ChannelKind.EMAIL ? "to" : "channel");
        }
        if (!Arrays.equals(before, after)) {
            changed.add("secret");
        }
        if (!changed.isEmpty()) {
            jdbc.sql(UPDATE)
                    .param("id", stored.id())
                    .param("kind", kind.name())
                    .param("url", url)
                    .param("secret", after == null ? null : secrets.encrypt(after), Types.BINARY)
                    .param("recipient", recipient)
                    .update();
        }
        if (!stored.managed()) {
            manage(stored.id());
            changed.add("managed by the file");
        }
        return changed;
    }

    private static byte @Nullable [] secretOf(ChannelKind kind, AlertsFile.Channel wanted, String secret) {
        return switch (kind) {
            case WEBHOOK -> webhookSecret(secret);
            case SLACK -> wanted.channel() == null ? secret.getBytes(UTF_8) : secret("secret", secret);
            case PAGERDUTY -> secret("secret", secret);
            case EMAIL -> null;
        };
    }

    /** As Standard Webhooks writes it. */
    private static byte[] webhookSecret(String secret) {
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(secret.startsWith(SECRET) ? secret.substring(SECRET.length()) : "?");
            if (bytes.length >= MIN_SECRET) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw new IllegalArgumentException(
                "The secret must be %s and at least %d bytes in Base64".formatted(SECRET, MIN_SECRET));
    }

    private String url(AlertsFile.Channel wanted, ChannelKind kind, byte @Nullable [] secret) {
        refuse("url", wanted.url(), kind == ChannelKind.WEBHOOK);
        refuse("to", wanted.to(), kind == ChannelKind.EMAIL);
        if (kind != ChannelKind.SLACK) {
            refuse("channel", wanted.channel(), false);
        }
        return switch (kind) {
            case WEBHOOK -> {
                check(WebhookTarget.uri(wanted.url()));
                yield wanted.url();
            }
            case SLACK -> {
                if (wanted.channel() != null) {
                    checkText("channel", wanted.channel(), MAX_NAME);
                    yield requests.slackApi();
                }
                URI uri = WebhookTarget.uri(new String(secret, UTF_8));
                check(uri);
                yield uri.getScheme() + "://" + uri.getAuthority();
            }
            case PAGERDUTY -> requests.pagerDutyEvents();
            case EMAIL -> {
                mails.check(wanted.to());
                yield "mailto:" + wanted.to();
            }
        };
    }

    private static void refuse(String field, @Nullable String value, boolean isNeeded) {
        if ((value != null) != isNeeded) {
            throw new IllegalArgumentException(field + (isNeeded ? " is missing" : " is not for this kind"));
        }
    }

    private void manage(UUID id) {
        jdbc.sql("UPDATE alert_channel SET managed = true WHERE id = :id")
                .param("id", id)
                .update();
    }

    /** Sends a message that says that it is a test; what PagerDuty opens is resolved at once. Null if there is no such channel. */
    public @Nullable Tried test(UUID id) {
        Target to =
                jdbc.sql(TARGET).param("id", id).query(Target.class).optional().orElse(null);
        if (to == null) {
            return null;
        }
        UUID alert = UUID.randomUUID();
        ReceiverAnswer answer = client.send(trial(to, "alert.test", alert)).join();
        if (answer.isTaken() && to.kind() == ChannelKind.PAGERDUTY) {
            answer = client.send(trial(to, "alert.resolved", alert)).join();
        }
        outbox.answered(id, answer.isTaken(), answer.text());
        return new Tried(answer.isTaken(), answer.text());
    }

    private ChannelMessage trial(Target to, String type, UUID alert) {
        String body = json.writeValueAsString(Map.of(
                "type",
                type,
                "timestamp",
                clock.instant(),
                "data",
                Map.of("id", alert, "summary", "Runledger can send messages about alerts here")));
        return new ChannelMessage(UUID.randomUUID(), body, to.kind(), to.url(), to.secret(), to.recipient(), null);
    }

    private AlertChannel store(
            String name, ChannelKind kind, String url, byte @Nullable [] secret, @Nullable String recipient) {
        checkText("name", name, MAX_NAME);
        if (all().size() >= MAX_CHANNELS) {
            throw new IllegalArgumentException(
                    "There are %d channels, which is the most there can be".formatted(MAX_CHANNELS));
        }
        UUID id = UUID.randomUUID();
        try {
            jdbc.sql(INSERT)
                    .param("id", id)
                    .param("name", name)
                    .param("kind", kind.name())
                    .param("url", url)
                    .param("secret", secret == null ? null : secrets.encrypt(secret), Types.BINARY)
                    .param("recipient", recipient)
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new IllegalArgumentException("Another channel is called " + name);
        }
        return find(id);
    }

    private static void checkText(String field, String text, int max) {
        if (text.isBlank() || text.length() > max) {
            throw new IllegalArgumentException("%s must have 1 to %d characters".formatted(field, max));
        }
    }

    /** A secret that goes into a header, too: without what would end it. */
    private static byte[] secret(String field, String text) {
        checkText(field, text, MAX_SECRET);
        if (!text.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(field + " must be of printable ASCII without spaces");
        }
        return text.getBytes(UTF_8);
    }

    /** Deletes the channel; what waited to be sent there is not sent. Returns false if there was none. */
    public boolean delete(UUID id) {
        return jdbc.sql("DELETE FROM alert_channel WHERE id = :id")
                        .param("id", id)
                        .update()
                == 1;
    }

    private void check(URI uri) {
        try {
            target.addresses(uri);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("url has a host that is not known here");
        } catch (RefusedAddressException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
    }
}
