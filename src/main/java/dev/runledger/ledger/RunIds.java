package dev.runledger.ledger;

import dev.runledger.report.ReportDigest;
import dev.runledger.report.ReportField;
import dev.runledger.report.RunReport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * The ids of runs whose reporter chose none. They are derived (RFC 9562, version 5) from what names the run, so the same
 * report leads to the same row however often and by whichever way it arrives.
 */
final class RunIds {

    private static final UUID NAMESPACE = UUID.fromString("6f1d2c0e-52a5-5b53-9d3b-0b1e8a7c4f10");

    private RunIds() {}

    /** From the reporter's own name for the run. */
    static UUID ofClientRunId(String clientRunId) {
        return derive("client_run_id:" + clientRunId);
    }

    /** From the key that marks retries of one request. */
    static UUID ofIdempotencyKey(String key) {
        return derive("idempotency_key:" + key);
    }

    /** From start, environment and trigger, which is all that names a run of a reporter that sends no id. */
    static UUID ofStart(RunReport report) {
        return derive(start(report));
    }

    /** As {@link #ofStart}, for a further run that began at the same moment: its results distinguish it. */
    static UUID ofStartAndResults(RunReport report) {
        return derive(start(report) + ":" + HexFormat.of().formatHex(ReportDigest.of(report)));
    }

    private static String start(RunReport report) {
        return "start:%s:%s:%s"
                .formatted(
                        report.startedAt().toInstant(),
                        report.get(ReportField.ENVIRONMENT),
                        report.get(ReportField.TRIGGERED_BY));
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
