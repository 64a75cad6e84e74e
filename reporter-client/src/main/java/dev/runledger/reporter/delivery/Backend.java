package dev.runledger.reporter.delivery;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Where reports go.
 *
 * @param url of the server, without a trailing slash
 * @param timeout for one report, from connecting to the last byte of the answer
 */
public record Backend(URI url, String serviceKey, Protocol protocol, Duration timeout) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** Which API to report by. */
    public enum Protocol {
        REST,
        GRAPHQL
    }

    public Backend {
        url = URI.create(url.toString().replaceAll("/+$", ""));
    }

    /** Costs nothing until there is something to send. */
    public Transport connect() {
        return new LazyTransport(this);
    }

    Transport open() {
        HttpExchange http = new HttpExchange(serviceKey, timeout, Clock.systemUTC());
        return switch (protocol) {
            case REST -> new RestTransport(url, http);
            case GRAPHQL -> new GraphQlTransport(url, http);
        };
    }

    /** Tells this server and key from others without giving the key away: too short for that. */
    public String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((url + "\n" + serviceKey).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Backend[" + url + ", " + protocol + "]";
    }
}
