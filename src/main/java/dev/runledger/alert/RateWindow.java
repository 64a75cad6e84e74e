package dev.runledger.alert;

import dev.runledger.metric.Unit;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.Scale;
import dev.runledger.statistics.Scatter;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metric over some number of last runs is beyond the threshold with confidence. All windows from
 * {@value RuleDefinition#MIN_WINDOW} runs to the rule's longest are looked at: short ones notice a collapse, long ones a small
 * loss. How much runs scatter is estimated from the last {@value #SCATTER_RUNS}, since few runs estimate it badly.
 */
final class RateWindow extends RuleWindow {

    private static final int SCATTER_RUNS = 60;

    private final RuleDefinition rule;

    RateWindow(RuleDefinition rule) {
        super(Math.max(SCATTER_RUNS, Math.max(rule.runs(), rule.recoveryRuns())));
        this.rule = rule;
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
        List<RunValue> longest = last(rule.runs());
        Evidence evidence = null;
        double x = 0;
        double m = 0;
        double mm = 0;
        for (int i = longest.size() - 1; i >= 0 && scatter != null; i--) {
            x += longest.get(i).x();
            m += longest.get(i).m();
            mm += longest.get(i).m() * longest.get(i).m();
            if (isWindow(longest.size() - i, m) && rule.isBad(x / m)) {
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
        List<RunValue> last = last(rule.recoveryRuns());
        double x = last.stream().mapToDouble(RunValue::x).sum();
        double m = last.stream().mapToDouble(RunValue::m).sum();
        return last.size() == rule.recoveryRuns() && m > 0 && !rule.isStillBad(x / m);
    }

    /** Whether any window's value is beyond the threshold, however uncertain. Of most runs it is the quick way to say no. */
    @Override
    boolean looksBad() {
        List<RunValue> longest = last(rule.runs());
        double x = 0;
        double m = 0;
        for (int i = longest.size() - 1; i >= 0; i--) {
            x += longest.get(i).x();
            m += longest.get(i).m();
            if (isWindow(longest.size() - i, m) && rule.isBad(x / m)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWindow(int runs, double m) {
        return runs >= RuleDefinition.MIN_WINDOW && m > 0;
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
