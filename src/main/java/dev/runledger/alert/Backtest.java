package dev.runledger.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What a rule would have said of runs that the ledger knows. */
@Service
public class Backtest {

    /** So many runs are put through a rule, at most. */
    public static final int MAX_RUNS = 100_000;

    private static final double SECONDS_A_YEAR = 365.25 * 86_400;

    private final RunValues values;
    private final Clock clock;

    Backtest(RunValues values, Clock clock) {
        this.clock = clock;
        this.values = values;
    }

    /** @param group the value of what the rule is grouped by; empty if it is not */
    public record Found(RuleDefinition rule, String group, Firing firing) {

        /** What the message would have begun with. */
        public String summary() {
            return AlertNotifications.firing(rule.name(), group, rule, firing.evidence());
        }
    }

    /**
     * What came of it.
     *
     * @param runs of the scope
     * @param firings in order
     * @param firingsPerYear null if the runs started within a day
     * @param state after the last run
     * @param groups the state of each value of what the rule is grouped by; empty if it is not
     * @param values of all of the scope; none if the rule is grouped
     */
    public record Result(
            RuleDefinition rule,
            int runs,
            List<Found> firings,
            @Nullable Double firingsPerYear,
            AlertState state,
            SortedMap<String, AlertState> groups,
            List<RunValue> values) {

        /**
         * What to expect of the rule while runs are like these.
         *
         * @param difference for the worse that should be noticed, in the metric's unit; null for a fifth of the value
         * @return null if the rule goes by the clock or is grouped, or there are too few runs
         */
        public @Nullable ExpectedAlarms expected(@Nullable Double difference) {
            return ExpectedAlarms.of(rule, values, difference);
        }
    }

    /**
     * Puts the runs of the rule's scope through it.
     *
     * @throws TooManyRunsException beyond {@link #MAX_RUNS}
     */
    public Result run(RuleDefinition rule) {
        Instant now = clock.instant();
        Instant end = rule.filter().to();
        Instant until = end != null && end.isBefore(now) ? end : now;
        Set<UUID> ofSeveralGroups = new HashSet<>();
        int runs = 0;
        List<Found> found = new ArrayList<>();
        SortedMap<String, AlertState> states = new TreeMap<>();
        List<RunValue> ofAll = List.of();
        Instant first = null;
        Instant last = null;
        for (String group : values.groups(rule, MAX_RUNS)) {
            Observed observed = values.observed(rule, group, MAX_RUNS + 1, until);
            // Then what was before is not known.
            if (observed.warmUp() > 0) {
                throw new TooManyRunsException();
            }
            Replay replay = Replay.of(rule, observed, false);
            replay.firings().forEach(firing -> found.add(new Found(rule, group, firing)));
            if (rule.groupBy() == null || replay.state() != AlertState.NO_DATA || !observed.isForgotten(until)) {
                states.put(group, replay.state());
            }
            ofAll = rule.groupBy() == null ? observed.values() : List.of();
            if (rule.groupBy() == null) {
                runs = (int) ofAll.stream().filter(RunValue::isRun).count();
            } else {
                ofSeveralGroups.addAll(RuleWindow.ids(observed.values()));
            }
            if (!observed.values().isEmpty()) {
                Instant begin = observed.values().get(0).startedAt();
                Instant finish =
                        observed.values().get(observed.values().size() - 1).startedAt();
                first = first == null || begin.isBefore(first) ? begin : first;
                last = last == null || finish.isAfter(last) ? finish : last;
            }
        }
        if (rule.groupBy() != null) {
            runs = ofSeveralGroups.size();
            found.sort(Comparator.comparing(each -> each.firing().firedAt()));
        }
        return new Result(
                rule,
                runs,
                List.copyOf(found),
                perYear(found.size(), first, last),
                AlertState.worst(states.values()),
                rule.groupBy() == null ? new TreeMap<>() : states,
                ofAll);
    }

    private static @Nullable Double perYear(int firings, @Nullable Instant first, @Nullable Instant last) {
        if (first == null || last == null) {
            return null;
        }
        Duration span = Duration.between(first, last);
        return span.toDays() < 1 ? null : firings * SECONDS_A_YEAR / span.toSeconds();
    }

    /** The rule's scope has more runs than can be put through it at once. */
    public static final class TooManyRunsException extends RuntimeException {

        TooManyRunsException() {
            super("The rule's scope has more than %d runs; request a shorter period".formatted(MAX_RUNS));
        }
    }
}
