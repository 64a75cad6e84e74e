package dev.runledger.alert;

import dev.runledger.metric.Dimension;
import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Puts into the outbox what has not been sent of a rule's alerts, in the transaction that changed them. */
@Component
class AlertNotifications {

    /** What was over longer ago when it was found is history, and is not notified. */
    private static final Duration NEWS = Duration.ofHours(1);

    private static final String ACKNOWLEDGE =
            "mutation { acknowledgeAlert(id: \"%s\", by: \"your name\") { acknowledgedAt } }";

    private static final String SILENCE = "mutation { silenceAlertRule(id: \"%s\", until: \"%s\") { silencedUntil } }";

    /** What is proposed. */
    private static final Duration SILENT = Duration.ofHours(4);

    /** For what else the same runs trip. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    /** Nothing was evaluated for so long: what has fired since is no news of one cause. */
    private static final Duration AWAY = Duration.ofMinutes(10);

    private static final Duration WAIT_WHEN_AWAY = Duration.ofSeconds(10);

    private final AlertRules rules;
    private final Duration repeatAfter;
    private final Alerts alerts;
    private final AlertCauses causes;
    private final Outbox outbox;
    private final JsonMapper json;
    private final Clock clock;

    AlertNotifications(
            Alerts alerts,
            AlertRules rules,
            AlertCauses causes,
            Outbox outbox,
            JsonMapper json,
            Clock clock,
            @Value("${runledger.alerts.repeat-after}") Duration repeatAfter) {
        this.rules = rules;
        this.repeatAfter = repeatAfter;
        this.alerts = alerts;
        this.causes = causes;
        this.outbox = outbox;
        this.json = json;
        this.clock = clock;
    }

    private record Message(String type, Instant timestamp, Data data) {}

    private record RuleMessage(String type, Instant timestamp, RuleData data) {}

    private record RuleData(
            UUID id,
            UUID ruleId,
            String rule,
            @Nullable String group,
            String summary,
            Instant firedAt,
            @Nullable String url) {}

    /** @param id of the alert: the same in all messages about it */
    private record Data(
            UUID id,
            UUID ruleId,
            String rule,
            @Nullable String group,
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
            List<UUID> runIds,
            List<String> causes,
            List<AlertDetails.ErrorCategory> errorCategories,
            List<AlertDetails.FailingRun> runs,
            @Nullable String url,
            @Nullable String queryUrl,
            @Nullable Instant awaySince,
            @Nullable String acknowledge,
            @Nullable String silence) {}

    /** What has changed of the rule's alerts, and what has been firing for long. */
    void add(AlertRule rule) {
        Instant now = clock.instant();
        boolean isHeld = rule.silencedUntil() != null && rule.silencedUntil().isAfter(now) || isInhibited(rule);
        Instant awaySince =
                rule.evaluatedAt() != null && rule.evaluatedAt().plus(AWAY).isBefore(now) ? rule.evaluatedAt() : null;
        for (Alert alert : alerts.toNotify(rule)) {
            if (alert.isFiring()) {
                if (!isHeld) {
                    addFiring(rule, alert, now, awaySince);
                    alerts.notified(alert, Alert.Notified.FIRING);
                }
                continue;
            }
            boolean isNews = alert.resolved() != null
                    && alert.withdrawnAt() == null
                    && awaySince == null
                    && alert.resolved().endedAt().plus(NEWS).isAfter(now);
            if (alert.notified() == Alert.Notified.NOTHING && isNews && !isHeld) {
                addFiring(rule, alert, now, null);
            }
            // Goes where the other went: nowhere, if none did.
            outbox.addResolved(alert.id(), body("alert.resolved", rule, alert, now, null));
            alerts.notified(alert, Alert.Notified.RESOLVED);
        }
        if (!isHeld && !repeatAfter.isZero()) {
            alerts.toRepeat(rule, now.minus(repeatAfter)).forEach(alert -> addFiring(rule, alert, now, null));
        }
    }

    /** Where no run begins in time, metrics of the last runs say nothing new. */
    private boolean isInhibited(AlertRule rule) {
        RuleDefinition definition = rule.definition();
        return definition != null
                && (definition.kind() == AlertKind.RATE || definition.kind() == AlertKind.CHANGE)
                && isMissing(definition);
    }

    /** Whether it is said already that no run of the rule's environments begins in time. */
    boolean isMissing(RuleDefinition definition) {
        return rules.all().stream()
                .anyMatch(other -> other.state() == AlertState.FIRING
                        && other.definition() != null
                        && other.definition().kind() == AlertKind.MISSING
                        && overlap(
                                other.definition().filter().environments(),
                                definition.filter().environments()));
    }

    private static boolean overlap(List<String> some, List<String> others) {
        return some.isEmpty() || others.isEmpty() || !Collections.disjoint(some, others);
    }

    private void addFiring(AlertRule rule, Alert alert, Instant now, @Nullable Instant awaySince) {
        String body = body("alert.firing", rule, alert, now, awaySince);
        outbox.addFiring(
                alert.id(),
                body,
                rule.channels(),
                awaySince == null ? cause(rule, alert) : "away",
                awaySince == null ? WAIT : WAIT_WHEN_AWAY);
    }

    /** What alerts of the same cause have in common: the environment and the provider, as far as they are about one. */
    private String cause(AlertRule rule, Alert alert) {
        RuleDefinition definition = rule.definition();
        RunFilter filter = definition == null
                ? RunFilter.ALL
                : definition.ofGroup(alert.group()).filter();
        boolean isOfProvider = definition != null && Dimension.PROVIDER.equals(definition.groupBy());
        String environment = alerts.environment(alert);
        return "environment %s, provider %s"
                .formatted(
                        environment == null ? filter.environments() : List.of(environment),
                        isOfProvider ? List.of(alert.group()) : filter.providers());
    }

    /** That the rule cannot be evaluated, or has no data any more. It goes under the rule's own id. */
    void addRule(AlertRule rule, AlertState state) {
        outbox.addFiring(
                rule.id(),
                ruleBody(
                        "alert.firing",
                        rule,
                        state == AlertState.ERROR
                                ? "cannot be evaluated: " + rule.error()
                                : "has no data any more, so that it cannot decide"),
                rule.channels(),
                "",
                Duration.ZERO);
    }

    void addRuleResolved(AlertRule rule) {
        outbox.addResolved(rule.id(), ruleBody("alert.resolved", rule, "is evaluated again"));
    }

    /** That a value of what the rule is grouped by has no data any more. It goes under an id of its own. */
    void addGroup(AlertRule rule, String group) {
        outbox.addFiring(
                GroupState.id(rule.id(), group),
                groupBody("alert.firing", rule, group, "has no data any more, so that it cannot decide"),
                rule.channels(),
                "",
                Duration.ZERO);
    }

    void addGroupResolved(AlertRule rule, String group) {
        outbox.addResolved(
                GroupState.id(rule.id(), group),
                groupBody("alert.resolved", rule, group, "has data again, or is looked at no more"));
    }

    private String groupBody(String type, AlertRule rule, String group, String what) {
        return ruleBody(
                type,
                rule,
                GroupState.id(rule.id(), group),
                group,
                what,
                Objects.requireNonNull(rule.groups().get(group)).since());
    }

    private String ruleBody(String type, AlertRule rule, String what) {
        return ruleBody(type, rule, rule.id(), "", what, rule.stateSince());
    }

    private String ruleBody(String type, AlertRule rule, UUID id, String group, String what, Instant since) {
        Instant now = clock.instant();
        return json.writeValueAsString(new RuleMessage(
                type,
                now,
                new RuleData(
                        id,
                        rule.id(),
                        rule.name(),
                        group.isEmpty() ? null : group,
                        named(rule.name(), group) + ": " + what,
                        since,
                        causes.links().url())));
    }

    private String body(String type, AlertRule rule, Alert alert, Instant now, @Nullable Instant awaySince) {
        RuleDefinition definition = rule.definition();
        // An alert of an earlier definition is sent without what it was measured by.
        boolean isOfDefinition = definition != null && alert.revision() == rule.revision();
        Evidence evidence = alert.evidence();
        int runs = evidence.runs().size();
        boolean isFiring = alert.isFiring();
        AlertDetails details =
                isFiring ? causes.of(alert, isOfDefinition ? definition.ofGroup(alert.group()) : null) : causes.links();
        return json.writeValueAsString(new Message(
                type,
                now,
                new Data(
                        alert.id(),
                        rule.id(),
                        rule.name(),
                        alert.group().isEmpty() ? null : alert.group(),
                        summary(rule, alert, isOfDefinition ? definition : null),
                        isOfDefinition && !definition.kind().goesByTheClock()
                                ? definition.measured().name()
                                : null,
                        isOfDefinition ? definition.direction().name() : null,
                        isOfDefinition ? definition.threshold() : null,
                        evidence.value(),
                        evidence.interval() == null ? null : evidence.interval().low(),
                        evidence.interval() == null ? null : evidence.interval().high(),
                        alert.fired().endedAt(),
                        alert.resolved() == null ? null : alert.resolved().endedAt(),
                        alert.withdrawnAt(),
                        evidence.runs().subList(Math.max(0, runs - RuleDefinition.MAX_RUNS), runs),
                        details.causes(),
                        details.errorCategories(),
                        details.runs(),
                        details.url(),
                        details.queryUrl(),
                        awaySince,
                        isFiring ? ACKNOWLEDGE.formatted(alert.id()) : null,
                        isFiring ? SILENCE.formatted(rule.id(), now.plus(SILENT)) : null)));
    }

    private static String summary(AlertRule rule, Alert alert, @Nullable RuleDefinition definition) {
        String name = named(rule.name(), alert.group());
        if (alert.withdrawnAt() != null) {
            return name + ": withdrawn, as runs or the rule have changed";
        }
        if (alert.resolved() != null) {
            return name + ": resolved";
        }
        return definition == null
                ? name + ": firing"
                : firing(rule.name(), alert.group(), definition, alert.evidence());
    }

    private static String named(String rule, String group) {
        return group.isEmpty() ? rule : "%s [%s]".formatted(rule, group);
    }

    /** What fires, as "Approval: APPROVAL_RATE is 0.612 (0.55 to 0.67, 12 runs), BELOW 0.7". */
    static String firing(String rule, String group, RuleDefinition definition, Evidence evidence) {
        String name = named(rule, group);
        int runs = evidence.runs().size();
        return switch (definition.kind()) {
            case MISSING -> name + ": no run began in time";
            case STUCK -> name + ": a run goes on for too long";
            case SLOW ->
                "%s: a run takes more than %s times as long as usual"
                        .formatted(name, number(definition.timing().times()));
            case BUDGET ->
                "%s: %s US dollars%s, the budget of the %s is %s"
                        .formatted(
                                name,
                                number(evidence.value()),
                                definition.timing().forecast() ? " forecast" : "",
                                definition.timing().period().name().toLowerCase(Locale.ROOT),
                                number(definition.threshold()));
            case FAILED ->
                "%s: %d %s among the last %d"
                        .formatted(
                                name,
                                runs,
                                definition.failure() == null ? "failed" : "with " + words(definition.failure()),
                                definition.ofLast());
            case CONSECUTIVE ->
                "%s: %s is %s, %s %s in %d of the last %d runs"
                        .formatted(
                                name,
                                definition.metric(),
                                number(evidence.value()),
                                definition.direction(),
                                number(definition.threshold()),
                                runs,
                                definition.ofLast());
            case CHANGE ->
                "%s: %s has changed for the worse, to %s (%s to %s, %d runs)"
                        .formatted(
                                name,
                                definition.metric(),
                                number(evidence.value()),
                                number(evidence.interval().low()),
                                number(evidence.interval().high()),
                                runs);
            case RATE ->
                "%s: %s is %s (%s to %s, %d runs%s), %s %s"
                        .formatted(
                                name,
                                definition.metric(),
                                number(evidence.value()),
                                number(evidence.interval().low()),
                                number(evidence.interval().high()),
                                runs,
                                definition.window() == null
                                        ? ""
                                        : " within %d hours"
                                                .formatted(definition.window().toHours()),
                                definition.direction(),
                                number(definition.threshold()));
        };
    }

    private static String words(FailureCondition failure) {
        String code = failure.exitCode() == null ? "" : "exit code " + failure.exitCode();
        String errors = failure.errorCategory() == null
                ? ""
                : "more than %d errors of %s".formatted(failure.errorsAbove(), failure.errorCategory());
        return code + (code.isEmpty() || errors.isEmpty() ? "" : " and ") + errors;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
