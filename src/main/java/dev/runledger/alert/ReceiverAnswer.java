package dev.runledger.alert;

import org.jspecify.annotations.Nullable;

/**
 * What came of sending a message once.
 *
 * @param text what the receiver answered, its status and first characters without secrets, or why it could not be asked
 * @param receipt by what the receiver knows the message; null if it cannot be edited
 */
record ReceiverAnswer(
        boolean isTaken,
        String text,
        @Nullable String retryAfter,
        @Nullable String receipt) {

    static ReceiverAnswer taken(String text) {
        return new ReceiverAnswer(true, text, null, null);
    }

    static ReceiverAnswer refused(String text) {
        return new ReceiverAnswer(false, text, null, null);
    }
}
