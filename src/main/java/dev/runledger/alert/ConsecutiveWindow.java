package dev.runledger.alert;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** k of the last n runs are bad, each by its own value. */
final class ConsecutiveWindow extends RuleWindow {

    private final RuleDefinition rule;

    ConsecutiveWindow(RuleDefinition rule) {
        super(Math.max(rule.ofLast(), rule.recoveryRuns()));
        this.rule = rule;
    }

    @Override
    boolean hasValue(RunValue run) {
        return run.m() != 0;
    }

    @Override
    @Nullable
    Evidence trip() {
        List<RunValue> bad = bad();
        if (bad.size() < rule.runs()) {
            return null;
        }
        List<RunValue> last = last(rule.ofLast());
        double value = rule.kind() == AlertKind.FAILED
                ? (double) bad.size() / last.size()
                : last.get(last.size() - 1).value();
        return new Evidence(value, null, ids(bad));
    }

    @Override
    boolean hasRecovered() {
        List<RunValue> last = last(rule.recoveryRuns());
        return last.size() == rule.recoveryRuns() && last.stream().noneMatch(run -> rule.isStillBad(run.value()));
    }

    @Override
    boolean looksBad() {
        List<RunValue> newest = last(1);
        return !newest.isEmpty() && rule.isBad(newest.get(0).value());
    }

    @Override
    int leastRuns() {
        return rule.runs();
    }

    private List<RunValue> bad() {
        return last(rule.ofLast()).stream()
                .filter(run -> rule.isBad(run.value()))
                .toList();
    }
}
