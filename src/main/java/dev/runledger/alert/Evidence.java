package dev.runledger.alert;

import dev.runledger.statistics.Interval;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why an alert fires.
 *
 * @param value RATE: the metric over the runs. CONSECUTIVE: of the last of them. FAILED: the share of failed ones in the last runs
 * @param interval RATE: of the value
 * @param runs that it rests on, in order, the last one being the one that tripped the rule
 */
public record Evidence(double value, @Nullable Interval interval, List<UUID> runs) {

    public Evidence {
        runs = List.copyOf(runs);
    }
}
