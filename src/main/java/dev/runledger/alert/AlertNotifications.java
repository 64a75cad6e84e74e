package dev.runledger.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Puts into the outbox what has not been sent of a rule's alerts, in the transaction that changed them. */
@Component
class AlertNotifications {

    /** What was over longer ago when it was found is history, and no news. */
    private static final Duration NEWS = Duration.ofHours(1);

    private final Alerts alerts;
    private final Outbox outbox;
    private final JsonMapper json;
    private final Clock clock;

    AlertNotifications(Alerts alerts, Outbox outbox, JsonMapper json, Clock clock) {
        this.alerts = alerts;
        this.outbox = outbox;
        this.json = json;
        this.clock = clock;
    }

    private record Message(String type, Instant timestamp, Data data) {}

    /** @param id of the alert: the same in all messages about it */
    private record Data(
            UUID id,
            UUID ruleId,
            String rule,
            String summary,
            @Nullable String metric,
            @Nullable String direction,
            @Nullable Double threshold,
            double value,
            @Nullable Double low,
            @Nullable Double high,
            Instant firedAt,
            @Nullable Instant resolvedAt,
            @Nullable Instant withdrawnAt,
            List<UUID> runIds) {}

    void add(AlertRule rule) {
        Instant now = clock.instant();
        boolean silenced = rule.silencedUntil() != null && rule.silencedUntil().isAfter(now);
        for (Alert alert : alerts.toNotify(rule)) {
            if (alert.isFiring()) {
                if (!silenced) {
                    addFiring(rule, alert, now);
                    alerts.notified(alert, Alert.Notified.FIRING);
                }
                continue;
            }
            boolean isNews = alert.resolved() != null
                    && alert.withdrawnAt() == null
                    && alert.resolved().endedAt().plus(NEWS).isAfter(now);
            if (alert.notified() == Alert.Notified.NOTHING && isNews && !silenced) {
                addFiring(rule, alert, now);
            }
            // Goes where the other went: nowhere, if none did.
            outbox.addResolved(alert.id(), body("alert.resolved", rule, alert, now));
            alerts.notified(alert, Alert.Notified.RESOLVED);
        }
    }

    private void addFiring(AlertRule rule, Alert alert, Instant now) {
        outbox.addFiring(alert.id(), body("alert.firing", rule, alert, now), rule.channels());
    }

    private String body(String type, AlertRule rule, Alert alert, Instant now) {
        RuleDefinition definition = rule.definition();
        // An alert of an earlier definition is sent without what it was measured by.
        boolean isOfDefinition = definition != null && alert.revision() == rule.revision();
        Evidence evidence = alert.evidence();
        return json.writeValueAsString(new Message(
                type,
                now,
                new Data(
                        alert.id(),
                        rule.id(),
                        rule.name(),
                        summary(rule, alert, isOfDefinition ? definition : null),
                        isOfDefinition ? definition.measured().name() : null,
                        isOfDefinition ? definition.direction().name() : null,
                        isOfDefinition ? definition.threshold() : null,
                        evidence.value(),
                        evidence.interval() == null ? null : evidence.interval().low(),
                        evidence.interval() == null ? null : evidence.interval().high(),
                        alert.fired().endedAt(),
                        alert.resolved() == null ? null : alert.resolved().endedAt(),
                        alert.withdrawnAt(),
                        evidence.runs())));
    }

    /** As "Approval: APPROVAL_RATE is 0.612 (0.55 to 0.67, 12 runs), BELOW 0.7". */
    static String summary(AlertRule rule, Alert alert, @Nullable RuleDefinition definition) {
        if (alert.withdrawnAt() != null) {
            return rule.name() + ": withdrawn, as runs or the rule have changed";
        }
        if (alert.resolved() != null) {
            return rule.name() + ": resolved";
        }
        if (definition == null) {
            return rule.name() + ": firing";
        }
        Evidence evidence = alert.evidence();
        int runs = evidence.runs().size();
        return switch (definition.kind()) {
            case FAILED -> "%s: %d failed among the last %d".formatted(rule.name(), runs, definition.ofLast());
            case CONSECUTIVE ->
                "%s: %s is %s, %s %s in %d of the last %d runs"
                        .formatted(
                                rule.name(),
                                definition.metric(),
                                number(evidence.value()),
                                definition.direction(),
                                number(definition.threshold()),
                                runs,
                                definition.ofLast());
            case RATE ->
                "%s: %s is %s (%s to %s, %d runs), %s %s"
                        .formatted(
                                rule.name(),
                                definition.metric(),
                                number(evidence.value()),
                                number(evidence.interval().low()),
                                number(evidence.interval().high()),
                                runs,
                                definition.direction(),
                                number(definition.threshold()));
        };
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
