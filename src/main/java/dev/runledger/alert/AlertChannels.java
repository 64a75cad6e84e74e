package dev.runledger.alert;

import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The channels that are stored. */
@Service
public class AlertChannels {

    /** How many channels there can be. */
    public static final int MAX_CHANNELS = 100;

    private static final String SELECT = "SELECT id, name, url, created_at FROM alert_channel ";
    private static final int MAX_NAME = 100;

    private final JdbcClient jdbc;
    private final ChannelSecrets secrets;
    private final WebhookTarget target;
    private final Clock clock;

    AlertChannels(JdbcClient jdbc, ChannelSecrets secrets, WebhookTarget target, Clock clock) {
        this.jdbc = jdbc;
        this.secrets = secrets;
        this.target = target;
        this.clock = clock;
    }

    private record Row(UUID id, String name, String url, OffsetDateTime createdAt) {

        AlertChannel channel() {
            return new AlertChannel(id, name, url, createdAt.toInstant());
        }
    }

    /**
     * A channel that was just made, and its secret, shown this once.
     *
     * @param secret as Standard Webhooks writes it: {@code whsec_} and Base64
     */
    public record Created(AlertChannel channel, String secret) {}

    /** All channels, by name. */
    public List<AlertChannel> all() {
        return jdbc.sql(SELECT + "ORDER BY name").query(Row.class).list().stream()
                .map(Row::channel)
                .toList();
    }

    /** The channel by its id; null if there is none. */
    public @Nullable AlertChannel find(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id")
                .param("id", id)
                .query(Row.class)
                .optional()
                .map(Row::channel)
                .orElse(null);
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public Created create(String name, String url) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("name must have 1 to %d characters".formatted(MAX_NAME));
        }
        check(WebhookTarget.uri(url));
        if (all().size() >= MAX_CHANNELS) {
            throw new IllegalArgumentException(
                    "There are %d channels, which is the most there can be".formatted(MAX_CHANNELS));
        }
        byte[] secret = secrets.random();
        UUID id = UUID.randomUUID();
        try {
            jdbc.sql("""
                    INSERT INTO alert_channel (id, name, url, secret, created_at) VALUES (:id, :name, :url, :secret, :now)
                    """)
                    .param("id", id)
                    .param("name", name)
                    .param("url", url)
                    .param("secret", secrets.encrypt(secret))
                    .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .update();
        } catch (DuplicateKeyException e) {
            throw new IllegalArgumentException("Another channel is called " + name);
        }
        return new Created(find(id), "whsec_" + Base64.getEncoder().encodeToString(secret));
    }

    /** Deletes the channel; what waited to be sent there is not sent. Returns false if there was none. */
    public boolean delete(UUID id) {
        return jdbc.sql("DELETE FROM alert_channel WHERE id = :id")
                        .param("id", id)
                        .update()
                == 1;
    }

    private void check(URI uri) {
        String refusal;
        try {
            refusal = target.refusal(uri);
        } catch (UnknownHostException e) {
            refusal = "url has a host that is not known here";
        }
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
    }
}
