package dev.runledger.alert;

import dev.runledger.metric.Dimension;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Has a message go out when a rule cannot be evaluated, or has no data any more, and another one when that is over. */
@Component
class RuleAnnouncements {

    /** What is over sooner is not worth a message. */
    private static final Duration LASTING = Duration.ofMinutes(2);

    private final AlertRules rules;
    private final AlertNotifications notifications;
    private final Clock clock;

    RuleAnnouncements(AlertRules rules, AlertNotifications notifications, Clock clock) {
        this.rules = rules;
        this.notifications = notifications;
        this.clock = clock;
    }

    @Transactional
    public void announce(UUID id) {
        AlertRule rule = rules.lock(id);
        if (rule == null || isSilenced(rule)) {
            return;
        }
        announceGroups(rule);
        AlertState wanted = wanted(rule);
        AlertState announced = rule.announced();
        if (Objects.equals(wanted, announced)) {
            return;
        }
        if (announced != null) {
            notifications.addRuleResolved(rule);
        }
        if (wanted != null) {
            notifications.addRule(rule, wanted);
        }
        rules.announced(id, wanted);
    }

    private @Nullable AlertState wanted(AlertRule rule) {
        if (rule.pausedAt() != null) {
            return null;
        }
        Instant lasting = clock.instant().minus(LASTING);
        return switch (rule.state()) {
            case ERROR ->
                rule.announced() == AlertState.ERROR || rule.stateSince().isBefore(lasting) ? AlertState.ERROR : null;
            // A rule that never had any is new.
            case NO_DATA -> isNews(rule, rule.hadData(), rule.announced()) ? AlertState.NO_DATA : null;
            default -> null;
        };
    }

    /** Versions come and go, and are not missed. */
    private void announceGroups(AlertRule rule) {
        RuleDefinition definition = rule.definition();
        boolean areMissed = definition != null
                && rule.pausedAt() == null
                && !Dimension.PROMPT_VERSION.equals(definition.groupBy())
                && !Dimension.ARBITER_CONFIG.equals(definition.groupBy());
        if (rule.state() == AlertState.ERROR) {
            return;
        }
        SortedMap<String, GroupState> groups = new TreeMap<>(rule.groups());
        for (Map.Entry<String, GroupState> each : rule.groups().entrySet()) {
            GroupState group = each.getValue();
            boolean isWanted = areMissed
                    && group.state() == AlertState.NO_DATA
                    // Else the rule itself says so.
                    && (group.announced() != null || rule.state() != AlertState.NO_DATA)
                    && isNews(rule, group.hadData(), group.announced());
            if (isWanted == (group.announced() != null)) {
                continue;
            }
            if (isWanted) {
                notifications.addGroup(rule, each.getKey());
            } else {
                notifications.addGroupResolved(rule, each.getKey());
            }
            groups.put(each.getKey(), group.announced(isWanted ? AlertState.NO_DATA : null));
        }
        if (!groups.equals(rule.groups())) {
            rules.announced(rule, groups);
        }
    }

    private boolean isNews(AlertRule rule, boolean hadData, @Nullable AlertState announced) {
        RuleDefinition definition = rule.definition();
        return hadData
                && (announced == AlertState.NO_DATA || definition == null || !notifications.isMissing(definition));
    }

    private boolean isSilenced(AlertRule rule) {
        return rule.silencedUntil() != null && rule.silencedUntil().isAfter(clock.instant());
    }
}
