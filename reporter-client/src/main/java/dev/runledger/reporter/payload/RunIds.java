package dev.runledger.reporter.payload;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;

/** Ids derived from what names a run (RFC 9562, version 5), so that telling of it twice is telling of one run. */
public final class RunIds {

    /** The server derives the ids of reporters that send none in the same namespace. */
    private static final UUID NAMESPACE = UUID.fromString("6f1d2c0e-52a5-5b53-9d3b-0b1e8a7c4f10");

    private RunIds() {}

    /** From the reporter's own name for the run; equal to what the server derives from it. */
    public static UUID ofClientRunId(String clientRunId) {
        return derive("client_run_id:" + clientRunId);
    }

    /** From the moment a run of old history ended, or began if it never ended. */
    public static UUID ofHistory(Instant moment) {
        return derive("history:" + moment);
    }

    private static UUID derive(String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16)
                    .putLong(NAMESPACE.getMostSignificantBits())
                    .putLong(NAMESPACE.getLeastSignificantBits())
                    .flip());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            long high = hash.getLong() & 0xFFFFFFFFFFFF0FFFL | 0x5000L;
            long low = hash.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
            return new UUID(high, low);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
