package dev.runledger.alert;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Evaluates a rule: puts its last runs through it and brings what is recorded in line with what comes of that. Doing so again
 * changes nothing; a run that came late, was corrected or deleted changes what it has to.
 */
@Component
class AlertEvaluation {

    /** So many last runs are looked at each time. What was before them stays as it is. */
    private static final int RUNS = 2_000;

    private final AlertRules rules;
    private final Alerts alerts;
    private final RunValues values;
    private final AlertNotifications notifications;
    private final Clock clock;
    private final int runsLookedAt;

    @Autowired
    AlertEvaluation(AlertRules rules, Alerts alerts, RunValues values, AlertNotifications notifications, Clock clock) {
        this(rules, alerts, values, notifications, clock, RUNS);
    }

    AlertEvaluation(
            AlertRules rules,
            Alerts alerts,
            RunValues values,
            AlertNotifications notifications,
            Clock clock,
            int runsLookedAt) {
        this.notifications = notifications;
        this.clock = clock;
        this.runsLookedAt = runsLookedAt;
        this.rules = rules;
        this.alerts = alerts;
        this.values = values;
    }

    /**
     * Evaluates the rule, while nobody else does.
     *
     * @throws IllegalArgumentException if the rule's definition cannot be read
     */
    @Transactional
    public void evaluate(UUID id) {
        AlertRule rule = rules.lock(id);
        if (rule == null) {
            return;
        }
        RuleDefinition definition = rule.definition();
        if (definition == null) {
            throw new IllegalArgumentException(rule.error());
        }
        alerts.firing(rule).stream()
                .filter(alert -> alert.revision() < rule.revision())
                .forEach(alerts::withdraw);
        if (rule.pausedAt() != null) {
            alerts.firing(rule).forEach(alerts::withdraw);
            notifications.add(rule);
            rules.note(rule, AlertState.NO_DATA, paused(rule));
            return;
        }
        Map<String, List<Alert>> recorded = alerts.of(rule).stream()
                .collect(Collectors.groupingBy(Alert::group, TreeMap::new, Collectors.toList()));
        SortedMap<String, AlertState> states = new TreeMap<>();
        SortedSet<String> groups = new TreeSet<>(values.groups(definition, runsLookedAt));
        // What is recorded of a value that no run has any more changes, too, and what had data says that it has none.
        groups.addAll(recorded.keySet());
        if (definition.groupBy() != null) {
            rule.groups().forEach((group, state) -> {
                if (state.revision() == rule.revision()) {
                    groups.add(group);
                }
            });
        }
        Instant now = clock.instant();
        for (String group : groups) {
            Observed observed = values.observed(definition, group, runsLookedAt, now);
            AlertState state = record(rule, group, recorded.getOrDefault(group, List.of()), observed);
            if (definition.groupBy() == null || state != AlertState.NO_DATA || !observed.isForgotten(now)) {
                states.put(group, state);
            }
        }
        notifications.add(rule);
        rules.note(rule, AlertState.worst(states.values()), definition.groupBy() == null ? Map.of() : states);
    }

    private static Map<String, AlertState> paused(AlertRule rule) {
        return rule.groups().keySet().stream().collect(Collectors.toMap(group -> group, group -> AlertState.NO_DATA));
    }

    /** Deletes the rule with its alerts, and has their resolution sent to wherever their firing was. Returns false if there was none. */
    @Transactional
    public boolean delete(UUID id) {
        AlertRule rule = rules.lock(id);
        if (rule == null) {
            return false;
        }
        alerts.firing(rule).forEach(alerts::withdraw);
        notifications.add(rule);
        if (rule.announced() != null) {
            notifications.addRuleResolved(rule);
        }
        rule.groups().forEach((group, state) -> {
            if (state.announced() != null) {
                notifications.addGroupResolved(rule, group);
            }
        });
        return rules.delete(id);
    }

    private AlertState record(AlertRule rule, String group, List<Alert> recorded, Observed observed) {
        List<RunValue> runs = observed.values();
        int warmUp = observed.warmUp();
        RunValue first = warmUp == 0 ? null : runs.get(warmUp);
        List<Alert> earlier = new ArrayList<>();
        List<Alert> known = new ArrayList<>();
        for (Alert alert : recorded) {
            (first != null && alert.fired().isBefore(first) ? earlier : known).add(alert);
        }
        Alert atStart = firingAt(first, earlier);
        Replay replay = Replay.of(rule.definition(), observed, atStart != null);
        if (atStart != null) {
            change(atStart, atStart.evidence(), Alerts.end(replay.endOfEarlier()));
        }
        for (Firing firing : replay.firings()) {
            Alert alert = remove(known, firing.firedBy().id());
            if (alert != null) {
                change(alert, firing.evidence(), Alerts.end(firing.resolvedBy()));
            } else if (firing.resolvedAt() == null || !firing.resolvedAt().isBefore(rule.since())) {
                alerts.add(rule, group, firing);
            }
        }
        known.forEach(alerts::withdraw);
        return replay.state();
    }

    /** The alert that fired when the first run came that is evaluated; null if none did. */
    private static @Nullable Alert firingAt(@Nullable RunValue first, List<Alert> earlier) {
        if (first == null || earlier.isEmpty()) {
            return null;
        }
        Alert last = earlier.get(earlier.size() - 1);
        boolean fired = last.withdrawnAt() == null
                && (last.resolved() == null || !last.resolved().isBefore(first));
        return fired ? last : null;
    }

    private void change(Alert alert, Evidence evidence, Alert.@Nullable End resolved) {
        boolean isSame = evidence.equals(alert.evidence())
                && (resolved == null ? alert.resolved() == null : resolved.equals(alert.resolved()))
                && alert.withdrawnAt() == null;
        if (!isSame) {
            alerts.change(alert, evidence, resolved);
        }
    }

    private static @Nullable Alert remove(List<Alert> alerts, UUID firedRun) {
        for (Alert alert : alerts) {
            if (alert.fired().run().equals(firedRun)) {
                alerts.remove(alert);
                return alert;
            }
        }
        return null;
    }
}
