package dev.runledger.alert;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message and the channel that it goes to.
 *
 * @param secret encrypted; null if the channel has none
 * @param recipient the channel of a Slack bot, or an address of mail; null for other channels
 * @param receipt by what the receiver knows the message to edit; null if it is a new one
 */
record ChannelMessage(
        UUID id,
        String body,
        ChannelKind kind,
        String url,
        byte @Nullable [] secret,
        @Nullable String recipient,
        @Nullable String receipt) {}
