package dev.runledger.alert;

import dev.runledger.metric.Unit;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.Scale;
import dev.runledger.statistics.Scatter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metric over some number of last runs is beyond the threshold with confidence. All windows from
 * {@value RuleDefinition#MIN_WINDOW} runs to the rule's longest are looked at: short ones notice a collapse, long ones a small
 * loss. Of a rule with a window in time only that is: all runs that started within it before the last run or, as runs leave it, before
 * the moment at which one did. How much runs scatter is estimated from the last {@value #SCATTER_RUNS}, since few runs estimate it badly.
 */
final class RateWindow extends RuleWindow {

    static final int SCATTER_RUNS = 60;

    private static final double NEAR = 1e-6;

    private final RuleDefinition rule;
    /** The first run in a window in time, and the sums from it on. */
    private int first;

    private double sumX;
    private double sumM;

    RateWindow(RuleDefinition rule) {
        super(
                rule.window() == null
                        ? Math.max(SCATTER_RUNS, Math.max(rule.runs(), rule.recoveryRuns()))
                        : Integer.MAX_VALUE);
        this.rule = rule;
    }

    @Override
    boolean add(RunValue run) {
        boolean isNews = super.add(run);
        if (rule.window() == null) {
            return isNews;
        }
        if (isNews) {
            sumX += run.x();
            sumM += run.m();
        }
        List<RunValue> all = last(Integer.MAX_VALUE);
        Instant start = run.startedAt().minus(rule.window());
        while (first < all.size() && !all.get(first).startedAt().isAfter(start)) {
            sumX -= all.get(first).x();
            sumM -= all.get(first).m();
            first++;
        }
        int kept = Math.max(SCATTER_RUNS, all.size() - first);
        int before = all.size() - kept;
        if (before > kept) {
            forgetBefore(kept);
            first -= before;
        }
        return isNews || !run.isRun();
    }

    @Override
    boolean canDecide() {
        return super.canDecide() && (rule.window() == null || !longest().isEmpty());
    }

    private List<RunValue> longest() {
        if (rule.window() == null) {
            return last(rule.runs());
        }
        List<RunValue> all = last(Integer.MAX_VALUE);
        return all.subList(first, all.size());
    }

    /** By sums that adding and subtracting may have put off a little; whatever is near the threshold is summed up anew. */
    private boolean isClearlyGood() {
        double ratio = sumX / sumM;
        double doubt = NEAR * Math.max(Math.abs(ratio), Math.abs(rule.threshold()));
        return sumM > NEAR && !rule.isBad(rule.direction() == AlertDirection.BELOW ? ratio - doubt : ratio + doubt);
    }

    /** A run that spent and inserted nothing says something of the cost per question. */
    @Override
    boolean hasValue(RunValue run) {
        return run.x() != 0 || run.m() != 0;
    }

    @Override
    @Nullable
    Evidence trip() {
        if (!looksBad()) {
            return null;
        }
        Scale scale = rule.metric().unit() == Unit.SHARE ? Scale.RATE : Scale.AMOUNT;
        Scatter scatter = Scatter.of(sum(last(SCATTER_RUNS)), scale, rule.confidence());
        List<RunValue> longest = longest();
        Evidence evidence = null;
        double x = 0;
        double m = 0;
        double mm = 0;
        for (int i = longest.size() - 1; i >= 0 && scatter != null; i--) {
            x += longest.get(i).x();
            m += longest.get(i).m();
            mm += longest.get(i).m() * longest.get(i).m();
            if (isWindow(longest, i, m) && rule.isBad(x / m)) {
                Interval interval = scatter.around(x / m, m, m * m / mm);
                if (interval != null
                        && rule.isBad(rule.direction() == AlertDirection.BELOW ? interval.high() : interval.low())) {
                    // The longest one is the most precise.
                    evidence = new Evidence(x / m, interval, ids(longest.subList(i, longest.size())));
                }
            }
        }
        return evidence;
    }

    @Override
    boolean hasRecovered() {
        List<RunValue> last = rule.window() == null ? last(rule.recoveryRuns()) : longest();
        double x = 0;
        double m = 0;
        for (RunValue run : last) {
            x += run.x();
            m += run.m();
        }
        return last.size() >= rule.recoveryRuns() && m > 0 && !rule.isStillBad(x / m);
    }

    /** Whether any window's value is beyond the threshold, however uncertain. Of most runs it is the quick way to say no. */
    @Override
    boolean looksBad() {
        if (rule.window() != null && isClearlyGood()) {
            return false;
        }
        List<RunValue> longest = longest();
        double x = 0;
        double m = 0;
        for (int i = longest.size() - 1; i >= 0; i--) {
            x += longest.get(i).x();
            m += longest.get(i).m();
            if (isWindow(longest, i, m) && rule.isBad(x / m)) {
                return true;
            }
        }
        return false;
    }

    private boolean isWindow(List<RunValue> longest, int from, double m) {
        boolean isOne = rule.window() == null
                ? longest.size() - from >= RuleDefinition.MIN_WINDOW
                : from == 0 && last(leastRuns()).size() == leastRuns();
        return isOne && m > 0;
    }

    private static ClusterSums sum(List<RunValue> runs) {
        double x = 0;
        double m = 0;
        double xx = 0;
        double mm = 0;
        double xm = 0;
        for (RunValue run : runs) {
            x += run.x();
            m += run.m();
            xx += run.x() * run.x();
            mm += run.m() * run.m();
            xm += run.x() * run.m();
        }
        return new ClusterSums(
                runs.size(),
                BigDecimal.valueOf(x),
                BigDecimal.valueOf(m),
                BigDecimal.valueOf(xx),
                BigDecimal.valueOf(mm),
                BigDecimal.valueOf(xm));
    }

    @Override
    int leastRuns() {
        return RuleDefinition.MIN_WINDOW;
    }
}
