package dev.runledger.alert;

import dev.runledger.metric.Metric;
import org.jspecify.annotations.Nullable;

/** On which side of its threshold a value is bad. */
public enum AlertDirection {
    BELOW,
    ABOVE;

    /** The side to which the metric should not move; null if that is not known. */
    static @Nullable AlertDirection worse(Metric metric) {
        return switch (metric.polarity()) {
            case HIGHER_IS_BETTER -> BELOW;
            case LOWER_IS_BETTER -> ABOVE;
            case UNKNOWN -> null;
        };
    }

    /** Whether the value is on the bad side; the threshold itself is not. */
    boolean isBeyond(double value, double threshold) {
        return this == BELOW ? value < threshold : value > threshold;
    }
}
