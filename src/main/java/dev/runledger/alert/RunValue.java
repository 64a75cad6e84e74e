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
 */
public record RunValue(UUID id, Instant startedAt, Instant endedAt, double x, double m) {

    double value() {
        return x / m;
    }
}
