package dev.runledger.web;

import java.util.concurrent.Semaphore;

/** Room for a large body while it is worked on: in memory it takes thirty times its size, so only few are at once. */
public final class LargeBody implements AutoCloseable {

    private static final int BYTES = 128 << 10;
    private static final Semaphore ROOM = new Semaphore(3, true);

    private final boolean large;

    private LargeBody(boolean large) {
        this.large = large;
    }

    /** Waits for room, if so many bytes are large. */
    public static LargeBody of(int bytes) {
        boolean large = bytes > BYTES;
        if (large) {
            ROOM.acquireUninterruptibly();
        }
        return new LargeBody(large);
    }

    @Override
    public void close() {
        if (large) {
            ROOM.release();
        }
    }
}
