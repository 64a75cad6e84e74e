package dev.runledger.alert;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What rules that go by the clock see: values of their own at moments in time, of which some are those of runs. They follow from the runs
 * and the time alone, so that a history gives now what it gave then.
 */
final class Moments {

    /** From fewer gaps the usual one is not known. */
    private static final int LEAST_GAPS = 8;

    private static final int GAPS = 30;

    /** Runs are as regular as the longest of their last gaps, and half as long again. */
    private static final double REGULAR = 1.5;

    /** From fewer runs the usual duration is not known. */
    private static final int LEAST_DURATIONS = 5;

    private static final int DURATIONS = 20;

    /** A forecast needs as many runs, and as much of the period. */
    private static final int LEAST_COSTS = 3;

    private static final double LEAST_PART = 0.25;

    private static final Comparator<RunValue> IN_ORDER = Comparator.comparing(RunValue::startedAt)
            .thenComparing(value -> value.id().toString());

    private Moments() {}

    /**
     * The values of these runs, and of the time until now.
     *
     * @param runs in the order in which they started
     * @param isWhole whether there were no runs before them
     */
    static Observed of(RuleDefinition rule, List<TimedRun> runs, Instant now, boolean isWhole) {
        Timing timing = rule.timing();
        List<RunValue> values = switch (rule.kind()) {
            case MISSING ->
                timing.cron() == null
                        ? outOfCadence(runs, timing.grace(), now)
                        : missed(runs, CronSlots.of(timing.cron(), timing.zone()), timing.grace(), now);
            case STUCK -> goingOn(runs, stuckFrom(runs, timing.after()), now);
            case SLOW -> goingOn(runs, slowFrom(runs, timing.times()), now);
            case BUDGET -> spent(runs, rule, now);
            case CONSECUTIVE, RATE, CHANGE, FAILED -> throw new IllegalArgumentException(rule.kind() + " goes by runs");
        };
        // What is missing is known from the time alone.
        boolean needsRuns = rule.kind() != AlertKind.MISSING;
        return Observed.of(
                values,
                isWhole || values.isEmpty() ? 0 : warmUp(rule, runs, values),
                needsRuns ? runs.size() : 0,
                i -> runs.get(i).startedAt(),
                i -> rule.kind() != AlertKind.BUDGET || runs.get(i).cost() != null,
                now);
    }

    private static int warmUp(RuleDefinition rule, List<TimedRun> runs, List<RunValue> values) {
        Instant first = runs.get(0).startedAt();
        Instant known = switch (rule.kind()) {
            case BUDGET -> rule.timing().period().end(first, rule.timing().zone());
            // What an earlier run does is unknown until it must have been declared stuck.
            default -> runs.get(Math.min(runs.size() - 1, 2 * GAPS)).startedAt();
        };
        int before = (int) values.stream()
                .filter(value -> value.startedAt().isBefore(known))
                .count();
        return Math.min(before, values.size() - 1);
    }

    /** One value for each run that began, good, and for each time at which none had, bad. A run makes good for one time only. */
    private static List<RunValue> missed(List<TimedRun> runs, CronSlots slots, Duration grace, Instant now) {
        List<RunValue> values = new ArrayList<>();
        if (runs.isEmpty()) {
            return values;
        }
        int next = 0;
        Instant slot = slots.after(runs.get(0).startedAt().minus(grace).minusNanos(1));
        while (slot != null && slot.plus(grace).isBefore(now)) {
            Instant earliest = slot.minus(early(slots, slot, grace));
            while (next < runs.size() && runs.get(next).startedAt().isBefore(earliest)) {
                values.add(began(runs.get(next++)));
            }
            if (next < runs.size() && !runs.get(next).startedAt().isAfter(slot.plus(grace))) {
                values.add(began(runs.get(next++)));
                slot = slots.after(slot);
                continue;
            }
            values.add(moment(slot.plus(grace), 1));
            if (next == runs.size()) {
                break;
            }
            // Whatever else was missed before the next run is the same gap.
            Instant until = runs.get(next).startedAt().minus(grace).minusNanos(1);
            slot = slots.after(until.isAfter(slot) ? until : slot);
        }
        runs.subList(next, runs.size()).forEach(run -> values.add(began(run)));
        return values;
    }

    /**
     * When a run should have begun, and none had within the grace: each time of the cron expression, or when one was overdue by the usual
     * cadence. As for {@link #of}, a run makes good for one time only.
     *
     * @param runs in the order in which they started
     * @param from no earlier than this; null for the first run
     * @param most so many of the last expected times are looked at
     */
    static List<Instant> missedStarts(
            RuleDefinition rule, List<TimedRun> runs, @Nullable Instant from, Instant until, int most) {
        Timing timing = rule.timing();
        if (runs.isEmpty()) {
            return List.of();
        }
        Instant first = runs.get(0).startedAt();
        Instant since = from == null || from.isBefore(first) ? first : from;
        if (timing.cron() == null) {
            return outOfCadence(runs, timing.grace(), until).stream()
                    .filter(value -> !value.isRun() && !value.startedAt().isBefore(since))
                    .map(RunValue::startedAt)
                    .toList();
        }
        CronSlots slots = CronSlots.of(timing.cron(), timing.zone());
        List<Instant> missed = new ArrayList<>();
        int next = 0;
        for (Instant time : last(slots, since, until.minus(timing.grace()), most)) {
            Instant earliest = time.minus(early(slots, time, timing.grace()));
            while (next < runs.size() && runs.get(next).startedAt().isBefore(earliest)) {
                next++;
            }
            if (next < runs.size() && !runs.get(next).startedAt().isAfter(time.plus(timing.grace()))) {
                next++;
            } else {
                missed.add(time);
            }
        }
        return missed;
    }

    /** The last times of a period, at most so many. */
    private static List<Instant> last(CronSlots slots, Instant since, Instant before, int most) {
        // Going back knows nothing of clocks that change, so it says only about where to begin.
        Instant begin = before;
        for (int i = 0; i < most && begin != null && begin.isAfter(since); i++) {
            begin = slots.before(begin);
        }
        List<Instant> times = new ArrayList<>();
        Instant slot = slots.after((begin == null || begin.isBefore(since) ? since : begin).minusNanos(1));
        while (slot != null && slot.isBefore(before)) {
            times.add(slot);
            slot = slots.after(slot);
        }
        return times;
    }

    /** How much too early a run may begin: not so much that it might as well be the one before. */
    private static Duration early(CronSlots slots, Instant slot, Duration grace) {
        Instant before = slots.before(slot);
        if (before == null) {
            return grace;
        }
        Duration half = Duration.between(before, slot).dividedBy(2);
        return half.compareTo(grace) < 0 ? half : grace;
    }

    private static List<RunValue> outOfCadence(List<TimedRun> runs, Duration grace, Instant now) {
        List<RunValue> values = new ArrayList<>();
        Deque<Duration> gaps = new ArrayDeque<>();
        boolean wasLate = false;
        for (int i = 0; i < runs.size(); i++) {
            Instant start = runs.get(i).startedAt();
            Instant following = i + 1 < runs.size() ? runs.get(i + 1).startedAt() : null;
            boolean isKnown = gaps.size() >= LEAST_GAPS;
            values.add(new RunValue(runs.get(i).id(), start, start, 0, isKnown ? 1 : 0));
            boolean isLate = false;
            if (isKnown) {
                Duration usual = Collections.max(gaps);
                Instant deadline =
                        start.plusMillis((long) (usual.toMillis() * REGULAR)).plus(grace);
                isLate = deadline.isBefore(following == null ? now : following);
                if (isLate) {
                    values.add(moment(deadline, 1));
                }
            }
            // A gap that was missed is no example, unless it has become the habit.
            if (following != null && (!isLate || wasLate)) {
                gaps.addLast(Duration.between(start, following));
                if (gaps.size() > GAPS) {
                    gaps.removeFirst();
                }
            }
            wasLate = isLate;
        }
        return values;
    }

    private static List<@Nullable Instant> stuckFrom(List<TimedRun> runs, @Nullable Duration after) {
        List<@Nullable Instant> from = new ArrayList<>();
        for (TimedRun run : runs) {
            Instant limit = after == null ? Instant.MAX : run.startedAt().plus(after);
            from.add(run.stuckAt() != null && run.stuckAt().isBefore(limit) ? run.stuckAt() : limit);
        }
        return from;
    }

    /** When each run had gone on for too long, by the median of the last ones that had ended when it began; null if they are too few. */
    private static List<@Nullable Instant> slowFrom(List<TimedRun> runs, double times) {
        List<@Nullable Instant> from = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Instant start = runs.get(i).startedAt();
            List<Long> durations = new ArrayList<>();
            for (int j = i - 1; j >= Math.max(0, i - 2 * GAPS) && durations.size() < DURATIONS; j--) {
                TimedRun run = runs.get(j);
                if (run.endedAt() != null
                        && run.endedAt().isAfter(run.startedAt())
                        && !run.endedAt().isAfter(start)) {
                    durations.add(
                            Duration.between(run.startedAt(), run.endedAt()).toMillis());
                }
            }
            Collections.sort(durations);
            int middle = durations.size() / 2;
            from.add(
                    durations.size() < LEAST_DURATIONS
                            ? null
                            : start.plusMillis((long) (times
                                    * (durations.size() % 2 == 1
                                            ? durations.get(middle)
                                            : (durations.get(middle - 1) + durations.get(middle)) / 2.0))));
        }
        return from;
    }

    /** How many runs go on for too long, whenever one begins to, or a run ends. */
    private static List<RunValue> goingOn(List<TimedRun> runs, List<@Nullable Instant> from, Instant now) {
        List<RunValue> steps = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            TimedRun run = runs.get(i);
            Instant limit = from.get(i);
            Instant end = run.endedAt() == null ? now : run.endedAt();
            boolean isOver = limit != null && limit.isBefore(end);
            if (isOver) {
                steps.add(new RunValue(run.id(), limit, limit, 1, 1));
            }
            if (run.endedAt() != null) {
                steps.add(new RunValue(run.id(), run.endedAt(), run.endedAt(), isOver ? -1 : 0, limit == null ? 0 : 1));
            }
        }
        steps.sort(IN_ORDER);
        List<RunValue> values = new ArrayList<>(steps.size());
        double count = 0;
        for (RunValue step : steps) {
            count += step.x();
            values.add(new RunValue(step.id(), step.startedAt(), step.endedAt(), count, step.m()));
        }
        return values;
    }

    /**
     * What has been spent in the period, or will have been, whenever a run has ended that reports a cost, and 0 when a period begins. What
     * runs have cost of which none in the period reports it is not known.
     */
    private static List<RunValue> spent(List<TimedRun> runs, RuleDefinition rule, Instant now) {
        Timing timing = rule.timing();
        List<TimedRun> ended = runs.stream()
                .filter(run -> run.endedAt() != null)
                .sorted(Comparator.comparing(TimedRun::endedAt)
                        .thenComparing(run -> run.id().toString()))
                .toList();
        List<RunValue> values = new ArrayList<>();
        Instant start = null;
        Instant end = null;
        double spent = 0;
        int count = 0;
        for (TimedRun run : ended) {
            Instant at = run.endedAt();
            if (end == null || !at.isBefore(end)) {
                if (end != null) {
                    values.add(moment(end, 0));
                }
                start = timing.period().start(at, timing.zone());
                end = timing.period().end(at, timing.zone());
                spent = 0;
                count = 0;
            }
            if (run.cost() == null) {
                if (count == 0) {
                    values.add(new RunValue(run.id(), at, at, 0, 0));
                }
                continue;
            }
            spent += run.cost();
            count++;
            double part = (double) Duration.between(start, at).toMillis()
                    / Duration.between(start, end).toMillis();
            boolean isKnown =
                    !timing.forecast() || spent > rule.threshold() || count >= LEAST_COSTS && part >= LEAST_PART;
            double value = timing.forecast() && part >= LEAST_PART ? spent / part : spent;
            values.add(new RunValue(run.id(), at, at, value, isKnown ? 1 : 0));
        }
        if (end != null && !end.isAfter(now)) {
            values.add(moment(end, 0));
        }
        return values;
    }

    /**
     * Runs, and the moments until now at which one of them leaves a window in time, as what is left may be another value.
     *
     * @param isWhole whether there were no runs before them
     */
    static Observed leaving(RuleDefinition rule, List<RunValue> runs, Instant now, boolean isWhole) {
        List<RunValue> values = new ArrayList<>(2 * runs.size());
        int leaves = 0;
        for (RunValue run : runs) {
            leaves = leave(rule, runs, leaves, run.startedAt(), values);
            values.add(run);
        }
        leave(rule, runs, leaves, now, values);
        if (isWhole || runs.isEmpty()) {
            return observed(rule, runs, values, 0, now);
        }
        Instant windowIsFull = runs.get(0).startedAt().plus(rule.window());
        Instant scatterIsKnown =
                runs.get(Math.min(runs.size() - 1, RateWindow.SCATTER_RUNS)).startedAt();
        Instant known = windowIsFull.isAfter(scatterIsKnown) ? windowIsFull : scatterIsKnown;
        int before = (int) values.stream()
                .takeWhile(value -> value.startedAt().isBefore(known))
                .count();
        return observed(rule, runs, values, Math.min(before, values.size() - 1), now);
    }

    /** Of finished runs, and what a rule makes of them. */
    static Observed observed(RuleDefinition rule, List<RunValue> runs, List<RunValue> values, int warmUp, Instant now) {
        RuleWindow window = RuleWindow.of(rule);
        return Observed.of(
                values, warmUp, runs.size(), i -> runs.get(i).startedAt(), i -> window.hasValue(runs.get(i)), now);
    }

    /** Adds the moments up to then at which runs leave, from the given one on, and returns the first that has not left. */
    private static int leave(RuleDefinition rule, List<RunValue> runs, int from, Instant until, List<RunValue> values) {
        int next = from;
        while (next < runs.size()) {
            Instant end = runs.get(next).startedAt().plus(rule.window());
            if (end.isAfter(until)) {
                break;
            }
            // Runs that start at one moment leave at one, and a run that starts then is evaluated without them.
            if (end.isBefore(until)
                    && (next == 0
                            || !runs.get(next - 1)
                                    .startedAt()
                                    .plus(rule.window())
                                    .equals(end))) {
                values.add(moment(end, 0, 0));
            }
            next++;
        }
        return next;
    }

    private static RunValue began(TimedRun run) {
        return new RunValue(run.id(), run.startedAt(), run.startedAt(), 0, 1);
    }

    /** A moment that is no run's. Its id follows from the time, so that it is known again. */
    private static RunValue moment(Instant time, double x) {
        return moment(time, x, 1);
    }

    private static RunValue moment(Instant time, double x, double m) {
        UUID id = UUID.nameUUIDFromBytes(time.toString().getBytes(StandardCharsets.US_ASCII));
        return new RunValue(id, time, time, x, m, false);
    }
}
