package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Sends the messages in the outbox: at least once, each under one id however often. What is not taken is tried again for a day, at
 * growing intervals, or when the receiver says. Redirects are not followed.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 */
@Component
class WebhookSender {

    static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration REMEMBERED = Duration.ofDays(30);
    private static final int AT_ONCE = 20;

    private static final Logger log = LoggerFactory.getLogger(WebhookSender.class);

    private final Outbox outbox;
    private final ChannelSecrets secrets;
    private final WebhookTarget target;
    private final Clock clock;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    WebhookSender(Outbox outbox, ChannelSecrets secrets, WebhookTarget target, Clock clock) {
        this.outbox = outbox;
        this.secrets = secrets;
        this.target = target;
        this.clock = clock;
    }

    /** Sends what is due, without waiting for the answers. */
    @Scheduled(fixedDelayString = "PT0.5S", initialDelayString = "PT1S")
    void sendDue() {
        try {
            while (sendNext()) {
                // The next one, too.
            }
        } catch (RuntimeException e) {
            log.debug("Messages about alerts are not sent, which will be tried again", e);
        }
    }

    /** Returns false if nothing is due, or as much is being sent as may be at once. */
    private boolean sendNext() {
        if (!free.tryAcquire()) {
            return false;
        }
        CompletableFuture<?> sending = null;
        try {
            Outbox.Claimed message = outbox.claim();
            if (message != null) {
                sending = send(message).whenComplete((nothing, failure) -> free.release());
            }
            return message != null;
        } finally {
            if (sending == null) {
                free.release();
            }
        }
    }

    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT1H")
    void forgetOld() {
        outbox.forget(clock.instant().minus(REMEMBERED));
    }

    private CompletableFuture<?> send(Outbox.Claimed message) {
        HttpRequest request;
        try {
            URI uri = WebhookTarget.uri(message.url());
            String refusal = target.refusal(uri);
            if (refusal != null) {
                failed(message, refusal, null);
                return CompletableFuture.completedFuture(null);
            }
            request = request(uri, message);
        } catch (UnknownHostException e) {
            failed(message, "The host is not known", null);
            return CompletableFuture.completedFuture(null);
        } catch (IllegalArgumentException e) {
            failed(message, e.getMessage(), null);
            return CompletableFuture.completedFuture(null);
        }
        return http.sendAsync(request, BodyHandlers.discarding())
                .orTimeout(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .handle((response, failure) -> {
                    answered(message, response, failure);
                    return null;
                });
    }

    private HttpRequest request(URI uri, Outbox.Claimed message) {
        String timestamp = String.valueOf(clock.instant().getEpochSecond());
        String signed = message.id() + "." + timestamp + "." + message.body();
        return HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("User-Agent", "runledger")
                .header("webhook-id", message.id().toString())
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", "v1," + signature(secrets.decrypt(message.secret()), signed))
                .POST(BodyPublishers.ofString(message.body()))
                .build();
    }

    private static String signature(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answered(Outbox.Claimed message, @Nullable HttpResponse<Void> response, @Nullable Throwable failure) {
        try {
            if (response == null) {
                boolean late =
                        failure instanceof TimeoutException || failure.getCause() instanceof HttpTimeoutException;
                failed(message, late ? "There was no answer in time" : "The connection failed", null);
            } else if (response.statusCode() / 100 == 2) {
                outbox.end(message.id(), AlertMessage.State.DELIVERED, "HTTP " + response.statusCode());
            } else {
                failed(
                        message,
                        "HTTP " + response.statusCode(),
                        response.headers().firstValue("Retry-After").orElse(null));
            }
        } catch (RuntimeException e) {
            log.debug("What became of a message is not noted; it will be sent again", e);
        }
    }

    private void failed(Outbox.Claimed message, String reason, @Nullable String retryAfter) {
        Instant now = clock.instant();
        if (message.createdAt().toInstant().plus(GIVEN_UP_AFTER).isBefore(now)) {
            log.warn("A message about an alert was not taken within {}: {}", GIVEN_UP_AFTER, reason);
            outbox.end(message.id(), AlertMessage.State.GIVEN_UP, reason);
        } else {
            outbox.again(message.id(), now.plus(pause(message.attempts(), retryAfter, now)), reason);
        }
    }

    /** Doubles with each attempt; what the receiver asks for counts, up to an hour. */
    static Duration pause(int attempts, @Nullable String retryAfter, Instant now) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(20, attempts - 1));
        Duration asked = retryAfter(retryAfter, now);
        Duration longer = doubled.compareTo(asked) > 0 ? doubled : asked;
        long millis = Math.min(longer.toMillis(), LONGEST_PAUSE.toMillis());
        // Never sooner than asked.
        return Duration.ofMillis(
                (long) (millis * (1 + ThreadLocalRandom.current().nextDouble(0.2))));
    }

    private static Duration retryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return Duration.ZERO;
        }
        try {
            return header.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(header))
                    : Duration.between(now, ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (NumberFormatException | DateTimeParseException e) {
            return Duration.ZERO;
        }
    }
}
