package dev.runledger.alert;

import java.util.Collection;
import java.util.List;

/** Where a rule is, as of the last run. */
public enum AlertState {
    /** Nothing is wrong. */
    OK,
    /** Something may be wrong, and not yet often or certainly enough. */
    PENDING,
    /** Something is wrong, and has not recovered. */
    FIRING,
    /** Not enough to decide: too few of the runs, or none of the last ones, have the value. */
    NO_DATA,
    /** The rule could not be evaluated. */
    ERROR;

    private static final List<AlertState> WORST_FIRST = List.of(ERROR, FIRING, PENDING, OK, NO_DATA);

    /** Of several: whatever needs looking at first, and NO_DATA if there is nothing else. */
    static AlertState worst(Collection<AlertState> states) {
        return WORST_FIRST.stream().filter(states::contains).findFirst().orElse(NO_DATA);
    }
}
