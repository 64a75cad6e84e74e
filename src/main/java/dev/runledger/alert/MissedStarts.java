package dev.runledger.alert;

import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Runs that should have begun, by the rules of kind {@link AlertKind#MISSING} that are not paused, and did not. */
@Service
public class MissedStarts {

    /** So many last runs of a rule's scope are looked at, and so many of the last times at which one was expected. */
    private static final int MOST = 2_000;

    private final AlertRules rules;
    private final RunValues values;
    private final Clock clock;

    MissedStarts(AlertRules rules, RunValues values, Clock clock) {
        this.rules = rules;
        this.values = values;
        this.clock = clock;
    }

    /**
     * A run that did not begin.
     *
     * @param scope which runs the rule, or its group, is about
     * @param at when it should have begun, or was overdue
     */
    public record MissedStart(AlertRule rule, RunFilter scope, Instant at) {

        /** The one that the scope is of; null if it is of several, or any. */
        public @Nullable String trigger() {
            return only(scope.triggers());
        }

        public @Nullable String environment() {
            return only(scope.environments());
        }

        private static @Nullable String only(List<String> names) {
            return names.size() == 1 ? names.get(0) : null;
        }
    }

    /** Those of a period, in order of time. What is still within a rule's grace is not missed yet. */
    public List<MissedStart> between(@Nullable Instant from, @Nullable Instant to) {
        Instant now = clock.instant();
        List<MissedStart> missed = new ArrayList<>();
        for (AlertRule rule : rules.all()) {
            RuleDefinition definition = rule.definition();
            if (definition != null && definition.kind() == AlertKind.MISSING && rule.pausedAt() == null) {
                values.groups(definition, MOST).forEach(group -> {
                    RuleDefinition ofGroup = definition.ofGroup(group);
                    Moments.missedStarts(ofGroup, values.timed(ofGroup, MOST), from, now, MOST).stream()
                            .filter(at -> to == null || at.isBefore(to))
                            .forEach(at -> missed.add(new MissedStart(rule, ofGroup.filter(), at)));
                });
            }
        }
        missed.sort(Comparator.comparing(MissedStart::at));
        return missed;
    }
}
