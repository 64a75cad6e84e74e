package dev.runledger.alert;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The last runs that have a value, and what a rule makes of them. */
abstract sealed class RuleWindow permits ChangeWindow, ConsecutiveWindow, RateWindow {

    private final int size;
    private final List<RunValue> runs = new ArrayList<>();
    private int withoutValue;

    RuleWindow(int size) {
        this.size = size;
    }

    static RuleWindow of(RuleDefinition rule) {
        return switch (rule.kind()) {
            case RATE -> new RateWindow(rule);
            case CHANGE -> new ChangeWindow(rule);
            default -> new ConsecutiveWindow(rule);
        };
    }

    /** How many runs a rule of this definition remembers. */
    static int memory(RuleDefinition rule) {
        return of(rule).size;
    }

    /** Adds a run, and says whether that changes anything. What has no value does not: null is not zero. */
    boolean add(RunValue run) {
        if (!hasValue(run)) {
            withoutValue = Math.min(size, withoutValue + 1);
            return false;
        }
        withoutValue = 0;
        if (runs.size() == size) {
            runs.remove(0);
        }
        runs.add(run);
        return true;
    }

    final AlertState stateIfNotFiring() {
        if (!canDecide()) {
            return AlertState.NO_DATA;
        }
        return looksBad() ? AlertState.PENDING : AlertState.OK;
    }

    boolean canDecide() {
        return runs.size() >= leastRuns() && withoutValue < size;
    }

    /** Whether the run says anything. */
    abstract boolean hasValue(RunValue run);

    /** Why the rule trips; null if it does not. */
    abstract @Nullable Evidence trip();

    /** Whether the last runs are good again. */
    abstract boolean hasRecovered();

    abstract boolean looksBad();

    /** With fewer runs the rule cannot decide. */
    abstract int leastRuns();

    /** Keeps only the last ones, so many. */
    final void forgetBefore(int last) {
        if (runs.size() > last) {
            runs.subList(0, runs.size() - last).clear();
        }
    }

    /** The last ones, at most so many. */
    final List<RunValue> last(int count) {
        return runs.subList(Math.max(0, runs.size() - count), runs.size());
    }

    static List<UUID> ids(List<RunValue> runs) {
        return runs.stream().filter(RunValue::isRun).map(RunValue::id).toList();
    }
}
