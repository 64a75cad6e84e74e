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

    private @Nullable Split clearest;
    private boolean isSought;

    ChangeWindow(RuleDefinition rule) {
        super(rule.runs());
        this.rule = rule;
    }

    /** @param errors by how many standard errors the runs after the split are worse */
    private record Split(double errors, int after, double before, double value, double deviation) {}

    @Override
    boolean add(RunValue run) {
        isSought = false;
        return super.add(run);
    }

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
        if (!isSought) {
            clearest = seek();
            isSought = true;
        }
        return clearest;
    }

    /**
     * A year has a hundred thousand runs with as many splits as the window has runs: they are ordered by the square of their
     * standard errors, with its sign, and nothing else is computed of any but the clearest.
     */
    private @Nullable Split seek() {
        List<RunValue> runs = last(rule.runs());
        int count = runs.size();
        if (count < leastRuns()) {
            return null;
        }
        Sums before = new Sums();
        runs.forEach(before::add);
        Sums after = new Sums();
        int clearest = 0;
        double most = Double.NEGATIVE_INFINITY;
        double was = 0;
        double is = 0;
        double residuals = 0;
        double mBefore = 0;
        double mAfter = 0;
        int last = count - FEWEST_BEFORE;
        double sign = rule.direction() == AlertDirection.BELOW ? -1 : 1;
        for (int k = 1; k <= last; k++) {
            RunValue run = runs.get(count - k);
            before.add(run, -1);
            after.add(run, 1);
            if (k < RuleDefinition.MIN_WINDOW || after.m <= 0 || before.m <= 0) {
                continue;
            }
            double ratioBefore = before.x / before.m;
            double ratioAfter = after.x / after.m;
            double scatter = before.residuals(ratioBefore) + after.residuals(ratioAfter);
            double worse = sign * (ratioAfter - ratioBefore);
            double square = worse * Math.abs(worse) * (before.m * after.m) / scatter;
            if (scatter > 0 && square > most) {
                most = square;
                clearest = k;
                was = ratioBefore;
                is = ratioAfter;
                residuals = scatter;
                mBefore = before.m;
                mAfter = after.m;
            }
        }
        if (clearest == 0) {
            return null;
        }
        // A run's variance goes with its size.
        double perUnit = residuals / (count - 2) * count / (mBefore + mAfter);
        double deviation = Math.sqrt(perUnit * (1 / mBefore + 1 / mAfter));
        return new Split(sign * (is - was) / deviation, clearest, was, is, Math.sqrt(perUnit / mAfter));
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

        void add(RunValue run, int sign) {
            double ofX = sign * run.x();
            double ofM = sign * run.m();
            x += ofX;
            m += ofM;
            xx += ofX * run.x();
            xm += ofX * run.m();
            mm += ofM * run.m();
        }

        /** The sum of squares of what runs deviate from their common ratio. */
        double residuals(double ratio) {
            return Math.max(0, xx - 2 * ratio * xm + ratio * ratio * mm);
        }
    }
}
