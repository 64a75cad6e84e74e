package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where messages about alerts go. Its secret is never read back.
 *
 * @param url where messages go, without what is secret in it
 * @param lastAnswer what the receiver said last, or why it could not be asked; null before that
 * @param waitingMessages how many messages wait for their first or next attempt, or are being sent
 * @param givenUpMessages how many were given up within the last 30 days
 * @param managed whether a file made it, which alone changes or deletes it
 */
public record AlertChannel(
        UUID id,
        String name,
        ChannelKind kind,
        String url,
        Instant createdAt,
        @Nullable String lastAnswer,
        @Nullable Instant lastAnsweredAt,
        @Nullable Instant lastDeliveredAt,
        int waitingMessages,
        int givenUpMessages,
        boolean managed) {}
