package dev.runledger.live;

/** More changes were waiting for a subscriber than are kept for it. */
public final class SlowReaderException extends RuntimeException {

    public SlowReaderException(int waiting) {
        super("More than %d changes wait to be read".formatted(waiting), null, false, false);
    }
}
