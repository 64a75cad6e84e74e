package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;

/**
 * A finished run as a rule sees it.
 *
 * @param startedAt runs come in the order in which they started
 * @param endedAt as reported; when it started, if it was not
 * @param x its numerator of the metric
 * @param m its denominator; without one the run has no value
 * @param isRun false for a moment in time that a rule sees like one
 */
public record RunValue(UUID id, Instant startedAt, Instant endedAt, double x, double m, boolean isRun) {

    RunValue(UUID id, Instant startedAt, Instant endedAt, double x, double m) {
        this(id, startedAt, endedAt, x, m, true);
    }

    double value() {
        return x / m;
    }
}
