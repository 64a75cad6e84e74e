package dev.runledger.alert;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule says of a history of runs: the one evaluation there is, of live runs and in a backtest. It remembers no more than
 * the last runs and whether it fires.
 *
 * @param firings that began in the history, in order
 * @param endOfEarlier by which run an alert recovered that fired before the history began; null if none did, or it still fires
 * @param state after the last run
 */
record Replay(List<Firing> firings, @Nullable RunValue endOfEarlier, AlertState state) {

    /** Puts what is observed through the rule. What fires goes on firing without data. */
    static Replay of(RuleDefinition rule, Observed observed, boolean isFiring) {
        Replay replay = of(rule, observed.values(), isFiring, observed.warmUp());
        return observed.isStale() && replay.state() != AlertState.FIRING
                ? new Replay(replay.firings(), replay.endOfEarlier(), AlertState.NO_DATA)
                : replay;
    }

    /**
     * Puts the runs through the rule.
     *
     * @param runs of its scope, in the order in which they started
     * @param isFiring whether it fired before the first of them
     * @param warmUp so many of the first runs change nothing, as what was before them is not known
     */
    static Replay of(RuleDefinition rule, List<RunValue> runs, boolean isFiring, int warmUp) {
        RuleWindow window = RuleWindow.of(rule);
        List<Firing> firings = new ArrayList<>();
        RunValue endOfEarlier = null;
        boolean firing = isFiring;
        for (int i = 0; i < runs.size(); i++) {
            RunValue run = runs.get(i);
            if (!window.add(run) || i < warmUp) {
                continue;
            }
            Evidence evidence = window.trip();
            if (!firing && evidence != null) {
                firing = true;
                firings.add(new Firing(run, evidence, null));
            } else if (firing && evidence == null && window.hasRecovered()) {
                firing = false;
                if (firings.isEmpty()) {
                    endOfEarlier = run;
                } else {
                    Firing last = firings.remove(firings.size() - 1);
                    firings.add(new Firing(last.firedBy(), last.evidence(), run));
                }
            }
        }
        return new Replay(List.copyOf(firings), endOfEarlier, firing ? AlertState.FIRING : window.stateIfNotFiring());
    }
}
