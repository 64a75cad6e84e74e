package dev.runledger.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Sends the messages in the outbox: at least once, each under one id however often. What is not taken is tried again for a day, at
 * growing intervals, or when the receiver says.
 */
@Component
class MessageSender {

    static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Duration REMEMBERED = Duration.ofDays(30);
    private static final int AT_ONCE = 20;

    private static final Logger log = LoggerFactory.getLogger(MessageSender.class);

    private final Outbox outbox;
    private final ChannelClient client;
    private final Clock clock;
    private final Semaphore free = new Semaphore(AT_ONCE);

    MessageSender(Outbox outbox, ChannelClient client, Clock clock) {
        this.outbox = outbox;
        this.client = client;
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
        return client.send(message.channelMessage()).handle((answer, failure) -> {
            answered(message, failure == null ? answer : ReceiverAnswer.refused("It could not be sent"));
            return null;
        });
    }

    private void answered(Outbox.Claimed message, ReceiverAnswer answer) {
        try {
            if (answer.isTaken()) {
                outbox.delivered(message, answer);
            } else {
                failed(message, answer.text(), answer.retryAfter());
            }
        } catch (RuntimeException e) {
            log.debug("What became of a message is not noted; it will be sent again", e);
        }
    }

    private void failed(Outbox.Claimed message, String reason, @Nullable String retryAfter) {
        Instant now = clock.instant();
        if (message.createdAt().toInstant().plus(GIVEN_UP_AFTER).isBefore(now)) {
            log.warn("A message about an alert was not taken within {}: {}", GIVEN_UP_AFTER, reason);
            outbox.giveUp(message, reason);
        } else {
            outbox.again(message, now.plus(pause(message.attempts(), retryAfter, now)), reason);
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
