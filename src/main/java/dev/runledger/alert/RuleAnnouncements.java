package dev.runledger.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
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
            case NO_DATA -> rule.hadData() ? AlertState.NO_DATA : null;
            default -> null;
        };
    }

    private boolean isSilenced(AlertRule rule) {
        return rule.silencedUntil() != null && rule.silencedUntil().isAfter(clock.instant());
    }
}
