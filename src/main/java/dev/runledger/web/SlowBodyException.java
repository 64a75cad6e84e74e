package dev.runledger.web;

import java.io.IOException;

/** Says that a client takes too long to send the body of its request. */
public final class SlowBodyException extends IOException {

    SlowBodyException(long seconds) {
        super("The request body took more than %d seconds".formatted(seconds));
    }
}
