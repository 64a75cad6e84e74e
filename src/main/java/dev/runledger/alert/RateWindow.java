package dev.runledger.alert;

import dev.runledger.metric.Unit;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Estimate;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.Scale;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metric over some number of last runs is beyond the threshold with confidence. All windows from
 * {@value RuleDefinition#MIN_WINDOW} runs to the rule's longest are looked at: short ones notice a collapse, long ones a small
 * loss. How much runs scatter is told from the last {@value #SCATTER_RUNS}, as a few alone tell it badly.
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
        return run.sums().runs() > 0;
    }

    @Override
    @Nullable
    Evidence trip() {
        if (!looksBad()) {
            return null;
        }
        ClusterSums scatter = sum(last(SCATTER_RUNS));
        Scale scale = rule.metric().unit() == Unit.SHARE ? Scale.RATE : Scale.AMOUNT;
        List<RunValue> longest = last(rule.runs());
        for (int size = longest.size(); size >= RuleDefinition.MIN_WINDOW; size--) {
            List<RunValue> window = longest.subList(longest.size() - size, longest.size());
            Estimate estimate = Estimate.ofRecent(sum(window), scatter, scale, rule.confidence());
            Interval interval = estimate == null ? null : estimate.interval();
            if (interval != null
                    && rule.isBad(rule.direction() == AlertDirection.BELOW ? interval.high() : interval.low())) {
                return new Evidence(estimate.value(), interval, ids(window));
            }
        }
        return null;
    }

    @Override
    boolean hasRecovered() {
        List<RunValue> last = last(rule.recoveryRuns());
        Double value = sum(last).ratio();
        return last.size() == rule.recoveryRuns() && value != null && !rule.isStillBad(value);
    }

    /** Whether any window's value is beyond the threshold, however uncertain. Of many runs it is the quick way to say no. */
    @Override
    boolean looksBad() {
        List<RunValue> longest = last(rule.runs());
        double x = 0;
        double m = 0;
        for (int i = longest.size() - 1; i >= 0; i--) {
            x += longest.get(i).sums().x().doubleValue();
            m += longest.get(i).sums().m().doubleValue();
            if (longest.size() - i >= RuleDefinition.MIN_WINDOW && m > 0 && rule.isBad(x / m)) {
                return true;
            }
        }
        return false;
    }

    @Override
    int leastRuns() {
        return RuleDefinition.MIN_WINDOW;
    }
}
