package dev.runledger.reporter.delivery;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Posts JSON and waits for the whole answer no longer than allowed, however slowly it trickles in. */
final class HttpExchange {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
    private static final int SHORTEST_KEY_TO_HIDE = 6;
    private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";

    private final EnvironmentProxies proxies;
    private final HttpClient client;
    private final String serviceKey;
    private final Duration timeout;
    private final Clock clock;

    HttpExchange(String serviceKey, Duration timeout, Clock clock) {
        this(serviceKey, timeout, clock, System.getenv());
    }

    /** @param environment names proxies and trusted certificates */
    HttpExchange(String serviceKey, Duration timeout, Clock clock, Map<String, String> environment) {
        this.proxies = new EnvironmentProxies(environment);
        this.client = client(proxies, TrustedCertificates.named(environment));
        this.serviceKey = serviceKey;
        this.timeout = timeout;
        this.clock = clock;
    }

    private static HttpClient client(EnvironmentProxies proxies, @Nullable SSLContext trusted) {
        // Java sends no password to a proxy for HTTPS unless told so, and reads this once; whoever has set it is heard.
        if (System.getProperty(TUNNELING) == null) {
            System.setProperty(TUNNELING, "");
        }
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .proxy(proxies);
        return (trusted == null ? builder : builder.sslContext(trusted)).build();
    }

    /** What came back; the body is cut at {@link LimitedBody#MOST} bytes. */
    record Response(int status, @Nullable Duration retryAfter, String body) {}

    Response post(URI uri, byte[] json) throws IOException {
        return exchange(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json)));
    }

    Response get(URI uri) throws IOException {
        return exchange(HttpRequest.newBuilder(uri).header("Accept", "application/json"));
    }

    private Response exchange(HttpRequest.Builder builder) throws IOException {
        HttpRequest plain =
                builder.header("X-Service-Key", serviceKey).timeout(timeout).build();
        String authorization = proxies.authorization(plain.uri());
        HttpRequest request = authorization == null
                ? plain
                : builder.header("Proxy-Authorization", authorization).build();
        CompletableFuture<HttpResponse<String>> pending = client.sendAsync(request, info -> new LimitedBody());
        try {
            HttpResponse<String> response = pending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Response(response.statusCode(), retryAfter(response), withoutKey(response.body()));
        } catch (TimeoutException e) {
            pending.cancel(true);
            throw new HttpTimeoutException("no complete answer within " + timeout);
        } catch (InterruptedException e) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** What somebody echoes must not bring the key into a file or a log. */
    private String withoutKey(@Nullable String body) {
        // A proxy that refuses a tunnel has none.
        if (body == null) {
            return "";
        }
        return serviceKey.length() < SHORTEST_KEY_TO_HIDE ? body : body.replace(serviceKey, "***");
    }

    private @Nullable Duration retryAfter(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .map(text -> retryAfter(text.strip(), clock.instant()))
                .orElse(null);
    }

    /** Seconds or a date, as HTTP has it; null if it is neither. */
    static @Nullable Duration retryAfter(String text, Instant now) {
        Duration wait;
        try {
            wait = text.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(text))
                    : Duration.between(
                            now,
                            ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (NumberFormatException | DateTimeParseException e) {
            return null;
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : wait;
    }
}
