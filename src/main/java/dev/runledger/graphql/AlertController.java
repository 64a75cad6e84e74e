package dev.runledger.graphql;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.runledger.alert.Alert;
import dev.runledger.alert.AlertAdministration;
import dev.runledger.alert.AlertChanges;
import dev.runledger.alert.AlertChannel;
import dev.runledger.alert.AlertChannels;
import dev.runledger.alert.AlertMessage;
import dev.runledger.alert.AlertRule;
import dev.runledger.alert.AlertRules;
import dev.runledger.alert.AlertState;
import dev.runledger.alert.Alerts;
import dev.runledger.alert.AlertsFileChange;
import dev.runledger.alert.AlertsFileException;
import dev.runledger.alert.AlertsFiles;
import dev.runledger.alert.Backtest;
import dev.runledger.alert.Backtest.TooManyRunsException;
import dev.runledger.alert.Evidence;
import dev.runledger.alert.ExpectedAlarms;
import dev.runledger.alert.Firing;
import dev.runledger.alert.RuleDefinition;
import dev.runledger.alert.RunValue;
import dev.runledger.alert.Timing;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.SubscriptionLimits;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.PageInfo;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.graphql.transport.Batches;
import dev.runledger.graphql.transport.ConnectionContext;
import dev.runledger.ledger.Run;
import dev.runledger.search.Runs;
import graphql.schema.DataFetchingEnvironment;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.ContextValue;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.graphql.data.method.annotation.SubscriptionMapping;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/** Answers {@code alert.graphqls}: rules, the alerts that they raised, and what they would have raised. */
@Controller
class AlertController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";
    private static final String ON_CALL = "hasAuthority('alerts:acknowledge')";
    private static final int MAX_FIRINGS = 1_000;
    private static final int MAX_NAME = 100;
    private static final String OF_RUN = "Run.alerts";
    private static final int MAX_OF_RUN = 20;
    private static final int MAX_OF_RULE = 100;

    private final AlertRules rules;
    private final AlertAdministration administration;
    private final Alerts alerts;
    private final AlertChannels channels;
    private final AlertsFiles files;
    private final Backtest backtest;
    private final Runs runs;
    private final AnalyticsArguments arguments;
    private final AlertChanges changes;
    private final SubscriptionLimits limits;

    AlertController(
            AlertRules rules,
            AlertAdministration administration,
            Alerts alerts,
            AlertChannels channels,
            AlertsFiles files,
            Backtest backtest,
            Runs runs,
            AnalyticsArguments arguments,
            AlertChanges changes,
            SubscriptionLimits limits,
            BatchLoaderRegistry loaders) {
        this.changes = changes;
        this.limits = limits;
        this.rules = rules;
        this.administration = administration;
        this.alerts = alerts;
        this.channels = channels;
        this.files = files;
        this.backtest = backtest;
        this.runs = runs;
        this.arguments = arguments;
        Batches.<UUID, UUID, List<Alert>>register(
                loaders, OF_RUN, id -> OF_RUN, id -> id, (one, ids) -> alerts.ofRuns(ids, MAX_OF_RUN));
    }

    record AlertFilter(
            @Nullable UUID rule,
            @Nullable Boolean firing,
            @Nullable OffsetDateTime since) {

        static final AlertFilter ALL = new AlertFilter(null, null, null);

        Alerts.Selection selection() {
            return new Alerts.Selection(rule, Boolean.TRUE.equals(firing), since == null ? null : since.toInstant());
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
            return PageInfo.forward(page, nodes(), found.size(), AlertController::cursor);
        }
    }

    record AlertBacktest(
            int runs,
            int firingCount,
            @Nullable Double firingsPerYear,
            List<AlertFiring> firings,
            AlertState state,
            Backtest.Result result) {

        public List<AlertBacktestGroup> groups() {
            return result.groups().entrySet().stream()
                    .map(entry -> new AlertBacktestGroup(entry.getKey(), entry.getValue()))
                    .toList();
        }
    }

    record AlertFiring(
            @Nullable String group,
            Instant firedAt,
            @Nullable UUID firedBy,
            @Nullable Instant resolvedAt,
            @Nullable UUID resolvedBy,
            @Nullable Double durationSeconds,
            String summary,
            Evidence evidence) {

        static AlertFiring of(Backtest.Found found) {
            Firing firing = found.firing();
            return new AlertFiring(
                    found.group().isEmpty() ? null : found.group(),
                    firing.firedAt(),
                    run(firing.firedBy()),
                    firing.resolvedAt(),
                    run(firing.resolvedBy()),
                    firing.resolvedAt() == null
                            ? null
                            : Duration.between(firing.firedAt(), firing.resolvedAt())
                                            .toMillis()
                                    / 1000.0,
                    found.summary(),
                    firing.evidence());
        }

        private static @Nullable UUID run(@Nullable RunValue value) {
            return value != null && value.isRun() ? value.id() : null;
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
    @PreAuthorize(ADMINISTRATOR)
    String alertsFile() {
        return files.export();
    }

    record ApplyAlertsFilePayload(List<AlertsFileChange> changes) {}

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    ApplyAlertsFilePayload applyAlertsFile(@Argument String content, @Argument boolean planOnly) {
        try {
            return new ApplyAlertsFilePayload(planOnly ? files.plan(content) : files.apply(content));
        } catch (AlertsFileException e) {
            throw RequestFailure.badRequest("content: " + e.getMessage());
        }
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
            List<Backtest.Found> firings = result.firings();
            return new AlertBacktest(
                    result.runs(),
                    firings.size(),
                    result.firingsPerYear(),
                    firings.subList(Math.max(0, firings.size() - MAX_FIRINGS), firings.size()).stream()
                            .map(AlertFiring::of)
                            .toList(),
                    result.state(),
                    result);
        } catch (TooManyRunsException e) {
            throw RequestFailure.limitExceeded(e.getMessage());
        }
    }

    @SchemaMapping
    @Nullable
    ExpectedAlarms expected(AlertBacktest backtest, @Argument @Nullable Double difference) {
        if (difference != null && !(difference > 0 && difference < Double.POSITIVE_INFINITY)) {
            throw RequestFailure.badRequest("difference is %s, it must be above 0".formatted(difference));
        }
        return backtest.result.expected(difference);
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
        return new DeleteAlertRulePayload(storing(() -> administration.delete(id)));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    AlertRule silenceAlertRule(@Argument UUID id, @Argument @Nullable OffsetDateTime until) {
        return administration.silence(id, until == null ? null : until.toInstant());
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    AlertRule pauseAlertRule(@Argument UUID id, @Argument boolean paused) {
        return storing(() -> administration.pause(id, paused));
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

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    AlertChannel createSlackAlertChannel(
            @Argument String name,
            @Argument @Nullable String url,
            @Argument @Nullable String token,
            @Argument @Nullable String channel) {
        if (url != null && token == null && channel == null) {
            return creating(
                    () -> channels.createSlackHook(ArgumentText.check("name", name), ArgumentText.check("url", url)));
        }
        if (url == null && token != null && channel != null) {
            return creating(() -> channels.createSlackBot(
                    ArgumentText.check("name", name),
                    ArgumentText.check("token", token),
                    ArgumentText.check("channel", channel)));
        }
        throw RequestFailure.badRequest("Give either url, or token and channel");
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    AlertChannel createPagerDutyAlertChannel(@Argument String name, @Argument String routingKey) {
        return creating(() -> channels.createPagerDuty(
                ArgumentText.check("name", name), ArgumentText.check("routingKey", routingKey)));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    AlertChannel createEmailAlertChannel(@Argument String name, @Argument String to) {
        return creating(() -> channels.createEmail(ArgumentText.check("name", name), ArgumentText.check("to", to)));
    }

    record TestAlertChannelPayload(boolean taken, String answer) {}

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    TestAlertChannelPayload testAlertChannel(@Argument UUID id) {
        AlertChannels.Tried tried = channels.test(id);
        return tried == null ? null : new TestAlertChannelPayload(tried.isTaken(), tried.answer());
    }

    private static <T> T creating(Supplier<T> channel) {
        try {
            return channel.get();
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest(e.getMessage());
        }
    }

    record DeleteAlertChannelPayload(boolean deleted) {}

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteAlertChannelPayload deleteAlertChannel(@Argument UUID id) {
        AlertChannel channel = channels.find(id);
        if (channel != null && channel.managed()) {
            throw RequestFailure.badRequest("%s is managed by a file; change it there".formatted(channel.name()));
        }
        return new DeleteAlertChannelPayload(channels.delete(id));
    }

    @SubscriptionMapping
    Flux<Alert> alertChanged(
            @Argument @Nullable AlertFilter filter,
            @ContextValue(name = ConnectionContext.CONNECTION, required = false) @Nullable String connection,
            Authentication caller) {
        Alerts.Selection selection = (filter == null ? AlertFilter.ALL : filter).selection();
        return limits.within(caller, connection, changes.matching(selection)).publishOn(Schedulers.boundedElastic(), 1);
    }

    @SchemaMapping(typeName = "Run", field = "alerts")
    CompletableFuture<List<Alert>> ofRun(Run run, DataFetchingEnvironment environment) {
        return Batches.<UUID, List<Alert>>load(environment, OF_RUN, run.getId())
                .thenApply(found -> found == null ? List.of() : found);
    }

    @SchemaMapping(typeName = "AlertRule", field = "alerts")
    List<Alert> ofRule(AlertRule rule, @Argument @Nullable OffsetDateTime since) {
        Instant from = since == null ? null : since.toInstant();
        return alerts.page(new Alerts.Selection(rule.id(), false, from), null, MAX_OF_RULE);
    }

    @SchemaMapping
    List<AlertMessage> messages(Alert alert) {
        return alerts.messages(alert);
    }

    @MutationMapping
    @PreAuthorize(ON_CALL)
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

    @SchemaMapping(typeName = "AlertTiming")
    String timeZone(Timing timing) {
        return timing.zone().getId();
    }

    @SchemaMapping(typeName = "AlertTiming")
    long graceSeconds(Timing timing) {
        return timing.grace().toSeconds();
    }

    @SchemaMapping(typeName = "AlertTiming")
    @Nullable
    Long afterSeconds(Timing timing) {
        return timing.after() == null ? null : timing.after().toSeconds();
    }

    @SchemaMapping(typeName = "AlertDefinition")
    @Nullable
    Long windowHours(RuleDefinition definition) {
        return definition.window() == null ? null : definition.window().toHours();
    }

    record AlertRuleGroup(String group, AlertState state, Instant stateSince) {}

    record AlertBacktestGroup(String group, AlertState state) {}

    @SchemaMapping
    List<AlertRuleGroup> groups(AlertRule rule) {
        if (rule.state() == AlertState.ERROR) {
            return List.of();
        }
        return rule.groups().entrySet().stream()
                .filter(entry -> entry.getValue().revision() == rule.revision())
                .map(entry -> new AlertRuleGroup(
                        entry.getKey(),
                        entry.getValue().state(),
                        entry.getValue().since()))
                .toList();
    }

    @SchemaMapping
    @Nullable
    String group(Alert alert) {
        return alert.group().isEmpty() ? null : alert.group();
    }

    @SchemaMapping(typeName = "AlertDefinition")
    @Nullable
    Integer exitCode(RuleDefinition definition) {
        return definition.failure() == null ? null : definition.failure().exitCode();
    }

    @SchemaMapping(typeName = "AlertDefinition")
    @Nullable
    String errorCategory(RuleDefinition definition) {
        return definition.failure() == null ? null : definition.failure().errorCategory();
    }

    @SchemaMapping(typeName = "AlertDefinition")
    @Nullable
    Integer errorsAbove(RuleDefinition definition) {
        return definition.failure() == null ? null : definition.failure().errorsAbove();
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
