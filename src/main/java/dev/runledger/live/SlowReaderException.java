package dev.runledger.live;

/** More changes were waiting for a subscriber than are kept for it. */
public final class SlowReaderException extends RuntimeException {

    SlowReaderException() {
        super("More than %d changes wait to be read".formatted(RunChanges.MAX_WAITING), null, false, false);
    }
}
