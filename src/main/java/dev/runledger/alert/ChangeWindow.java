package dev.runledger.alert;

import dev.runledger.metric.Unit;
import dev.runledger.statistics.Interval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last runs differ for the worse from those before them: of all ways to split the window in two, the clearest one does so by more
 * standard errors than chance makes. A trend shows as the last half against the first. Once a new level fills the window it is the usual one.
 */
final class ChangeWindow extends RuleWindow {

    /** With fewer before a split the usual level is not known. */
    static final int FEWEST_BEFORE = 20;

    /**
     * So many standard errors, looked at after every run and at every split: chosen by simulation, see {@code ChangeRuleTests}, so that a year
     * of 1095 runs without change raises at most one false alarm.
     */
    private static final double STANDARD_ERRORS = 4;

    /** Of a 95 % interval. */
    private static final double Z = 1.96;

    private final RuleDefinition rule;

    ChangeWindow(RuleDefinition rule) {
        super(rule.runs());
        this.rule = rule;
    }

    /** @param errors by how many standard errors the runs after the split are worse */
    private record Split(double errors, int after, double before, double value, double deviation) {}

    /** A run that spent and inserted nothing says something of the cost per question. */
    @Override
    boolean hasValue(RunValue run) {
        return run.x() != 0 || run.m() != 0;
    }

    @Override
    @Nullable
    Evidence trip() {
        Split split = clearest();
        if (split == null || split.errors < STANDARD_ERRORS || isBack(split)) {
            return null;
        }
        double low = split.value - Z * split.deviation;
        double high = split.value + Z * split.deviation;
        boolean isShare = rule.measured().unit() == Unit.SHARE;
        return new Evidence(
                split.value,
                new Interval(isShare ? Math.max(0, low) : low, isShare ? Math.min(1, high) : high),
                ids(last(split.after)));
    }

    @Override
    boolean hasRecovered() {
        Split split = clearest();
        return split == null || split.errors < STANDARD_ERRORS / 2 || isBack(split);
    }

    /** Whether the very last runs are nearer to what was before. */
    private boolean isBack(Split split) {
        double x = 0;
        double m = 0;
        for (RunValue run : last(rule.recoveryRuns())) {
            x += run.x();
            m += run.m();
        }
        double middle = (split.before + split.value) / 2;
        return m > 0 && !rule.direction().isBeyond(x / m, middle);
    }

    @Override
    boolean looksBad() {
        Split split = clearest();
        return split != null && split.errors >= STANDARD_ERRORS * 0.75;
    }

    @Override
    int leastRuns() {
        return FEWEST_BEFORE + RuleDefinition.MIN_WINDOW;
    }

    private @Nullable Split clearest() {
        List<RunValue> runs = last(rule.runs());
        int count = runs.size();
        if (count < leastRuns()) {
            return null;
        }
        Sums before = new Sums();
        runs.forEach(before::add);
        Sums after = new Sums();
        Split clearest = null;
        int most = count - FEWEST_BEFORE;
        for (int k = 1; k <= most; k++) {
            RunValue run = runs.get(count - k);
            before.remove(run);
            after.add(run);
            if (k >= RuleDefinition.MIN_WINDOW && after.m > 0 && before.m > 0) {
                double scatter = (before.residuals() + after.residuals()) / (count - 2);
                double was = before.x / before.m;
                double is = after.x / after.m;
                // A run's variance goes with its size.
                double perUnit = scatter * count / (before.m + after.m);
                double deviation = Math.sqrt(perUnit * (1 / before.m + 1 / after.m));
                double errors = (rule.direction() == AlertDirection.BELOW ? was - is : is - was) / deviation;
                if (deviation > 0 && (clearest == null || errors > clearest.errors)) {
                    clearest = new Split(errors, k, was, is, Math.sqrt(perUnit / after.m));
                }
            }
        }
        return clearest;
    }

    private static final class Sums {

        private double x;
        private double m;
        private double xx;
        private double xm;
        private double mm;

        void add(RunValue run) {
            add(run, 1);
        }

        void remove(RunValue run) {
            add(run, -1);
        }

        private void add(RunValue run, int sign) {
            x += sign * run.x();
            m += sign * run.m();
            xx += sign * run.x() * run.x();
            xm += sign * run.x() * run.m();
            mm += sign * run.m() * run.m();
        }

        /** The sum of squares of what runs deviate from their common ratio. */
        double residuals() {
            double ratio = x / m;
            return Math.max(0, xx - 2 * ratio * xm + ratio * ratio * mm);
        }
    }
}
