package dev.runledger.live;

/** Changes may have been missed, or will be: notifications from the database do not arrive at the moment. */
public final class ChangesInterruptedException extends RuntimeException {

    ChangesInterruptedException() {
        super("The database's notifications were interrupted", null, false, false);
    }
}
