package dev.runledger.graphql;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.runledger.alert.Alert;
import dev.runledger.alert.AlertAdministration;
import dev.runledger.alert.AlertChannel;
import dev.runledger.alert.AlertChannels;
import dev.runledger.alert.AlertMessage;
import dev.runledger.alert.AlertRule;
import dev.runledger.alert.AlertRules;
import dev.runledger.alert.AlertState;
import dev.runledger.alert.Alerts;
import dev.runledger.alert.Backtest;
import dev.runledger.alert.Backtest.TooManyRunsException;
import dev.runledger.alert.Evidence;
import dev.runledger.alert.Firing;
import dev.runledger.alert.RuleDefinition;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.PageInfo;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.ledger.Run;
import dev.runledger.search.Runs;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import tools.jackson.databind.JsonNode;

/** Answers {@code alert.graphqls}: rules, the alerts that they raised, and what they would have raised. */
@Controller
class AlertController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";
    private static final int MAX_FIRINGS = 1_000;
    private static final int MAX_NAME = 100;

    private final AlertRules rules;
    private final AlertAdministration administration;
    private final Alerts alerts;
    private final AlertChannels channels;
    private final Backtest backtest;
    private final Runs runs;
    private final AnalyticsArguments arguments;

    AlertController(
            AlertRules rules,
            AlertAdministration administration,
            Alerts alerts,
            AlertChannels channels,
            Backtest backtest,
            Runs runs,
            AnalyticsArguments arguments) {
        this.rules = rules;
        this.administration = administration;
        this.alerts = alerts;
        this.channels = channels;
        this.backtest = backtest;
        this.runs = runs;
        this.arguments = arguments;
    }

    record AlertFilter(@Nullable UUID rule, @Nullable Boolean firing) {

        static final AlertFilter ALL = new AlertFilter(null, null);

        Alerts.Selection selection() {
            return new Alerts.Selection(rule, Boolean.TRUE.equals(firing));
        }
    }

    record AlertEdge(String cursor, Alert node) {}

    /** @param found the alerts of the page and, if there are more, one beyond it */
    record AlertConnection(Alerts.Selection selection, PageArguments page, List<Alert> found) {

        public List<Alert> nodes() {
            return found.subList(0, Math.min(found.size(), page.size()));
        }

        public List<AlertEdge> edges() {
            return nodes().stream()
                    .map(alert -> new AlertEdge(cursor(alert), alert))
                    .toList();
        }

        public PageInfo pageInfo() {
            List<AlertEdge> edges = edges();
            return new PageInfo(
                    edges.isEmpty() ? null : edges.get(0).cursor(),
                    edges.isEmpty() ? null : edges.get(edges.size() - 1).cursor(),
                    () -> found.size() > page.size(),
                    () -> page.cursor() != null);
        }
    }

    record AlertBacktest(
            int runs, int firingCount, @Nullable Double firingsPerYear, List<AlertFiring> firings, AlertState state) {}

    record AlertFiring(
            Instant firedAt,
            UUID firedBy,
            @Nullable Instant resolvedAt,
            @Nullable UUID resolvedBy,
            Evidence evidence) {

        static AlertFiring of(Firing firing) {
            return new AlertFiring(
                    firing.firedAt(),
                    firing.firedBy().id(),
                    firing.resolvedAt(),
                    firing.resolvedBy() == null ? null : firing.resolvedBy().id(),
                    firing.evidence());
        }
    }

    record DeleteAlertRulePayload(boolean deleted) {}

    @QueryMapping
    List<AlertRule> alertRules() {
        return rules.all();
    }

    @QueryMapping
    @Nullable
    AlertRule alertRule(@Argument UUID id) {
        return rules.find(id);
    }

    @QueryMapping
    AlertConnection alerts(
            @Argument @Nullable AlertFilter filter,
            @Argument @Nullable Integer first,
            @Argument @Nullable String after) {
        PageArguments page = PageArguments.of(first, after, null, null);
        Alerts.Selection selection = (filter == null ? AlertFilter.ALL : filter).selection();
        Long position = after == null ? null : position(after);
        return new AlertConnection(selection, page, alerts.page(selection, position, page.size() + 1));
    }

    @SchemaMapping
    int totalCount(AlertConnection page) {
        return alerts.count(page.selection());
    }

    @QueryMapping
    AlertBacktest backtestAlert(@Argument AlertRuleInput rule, @Argument @Nullable RunFilterInput filter) {
        try {
            Backtest.Result result = backtest.run(rule.definition(arguments, filter));
            List<Firing> firings = result.firings();
            return new AlertBacktest(
                    result.runs(),
                    firings.size(),
                    result.firingsPerYear(),
                    firings.subList(Math.max(0, firings.size() - MAX_FIRINGS), firings.size()).stream()
                            .map(AlertFiring::of)
                            .toList(),
                    result.state());
        } catch (TooManyRunsException e) {
            throw RequestFailure.limitExceeded(e.getMessage());
        }
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    AlertRule createAlertRule(@Argument AlertRuleInput rule) {
        RuleDefinition definition = rule.definition(arguments);
        return storing(() -> administration.create(definition, rule.channels()));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    AlertRule updateAlertRule(@Argument UUID id, @Argument AlertRuleInput rule) {
        RuleDefinition definition = rule.definition(arguments);
        return storing(() -> administration.update(id, definition, rule.channels()));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteAlertRulePayload deleteAlertRule(@Argument UUID id) {
        return new DeleteAlertRulePayload(administration.delete(id));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    AlertRule silenceAlertRule(@Argument UUID id, @Argument @Nullable OffsetDateTime until) {
        return administration.silence(id, until == null ? null : until.toInstant());
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    List<AlertChannel> alertChannels() {
        return channels.all();
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    AlertChannels.Created createAlertChannel(@Argument String name, @Argument String url) {
        try {
            return channels.create(ArgumentText.check("name", name), ArgumentText.check("url", url));
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest(e.getMessage());
        }
    }

    record DeleteAlertChannelPayload(boolean deleted) {}

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteAlertChannelPayload deleteAlertChannel(@Argument UUID id) {
        return new DeleteAlertChannelPayload(channels.delete(id));
    }

    @SchemaMapping
    List<AlertMessage> messages(Alert alert) {
        return alerts.messages(alert);
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    Alert acknowledgeAlert(@Argument UUID id, @Argument String by) {
        if (by.isBlank() || by.length() > MAX_NAME) {
            throw RequestFailure.badRequest("by must have 1 to %d characters".formatted(MAX_NAME));
        }
        return alerts.acknowledge(id, ArgumentText.check("by", by));
    }

    @SchemaMapping(typeName = "AlertEvidence")
    List<UUID> runIds(Evidence evidence) {
        return evidence.runs();
    }

    @SchemaMapping(typeName = "AlertDefinition")
    JsonNode filter(RuleDefinition definition) {
        return rules.restricting(definition);
    }

    @SchemaMapping
    AlertRule rule(Alert alert) {
        return Objects.requireNonNull(rules.find(alert.ruleId()), "deleted with its alerts");
    }

    @SchemaMapping
    Instant firedAt(Alert alert) {
        return alert.fired().endedAt();
    }

    @SchemaMapping
    @Nullable
    Run firedBy(Alert alert) {
        return runs.find(alert.fired().run());
    }

    @SchemaMapping
    @Nullable
    Instant resolvedAt(Alert alert) {
        return alert.resolved() == null ? null : alert.resolved().endedAt();
    }

    @SchemaMapping
    @Nullable
    Run resolvedBy(Alert alert) {
        return alert.resolved() == null ? null : runs.find(alert.resolved().run());
    }

    private static <T> T storing(Supplier<T> store) {
        try {
            return store.get();
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest("rule: " + e.getMessage());
        }
    }

    private static String cursor(Alert alert) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(("alert " + alert.seq()).getBytes(US_ASCII));
    }

    private static long position(String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), US_ASCII);
            if (text.startsWith("alert ")) {
                return Long.parseLong(text.substring("alert ".length()));
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw RequestFailure.badRequest("after is not a cursor of this list");
    }
}
