package dev.runledger.live;

/** Changes may have been missed, or will be: the database's word of them does not reach us at the moment. */
public final class ChangesInterruptedException extends RuntimeException {

    ChangesInterruptedException() {
        super("The database's notifications were interrupted", null, false, false);
    }
}
