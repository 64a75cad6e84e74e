package dev.runledger.alert;

import static java.util.stream.Collectors.toMap;

import dev.runledger.alert.AlertsFileChange.Action;
import dev.runledger.alert.AlertsFileChange.Subject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rules, channels and silences as code: brings what is stored in line with a file, all of it or nothing. What a file made, only a file
 * changes, and the next one deletes it if it does not name it; anything else is left alone, unless the file names it.
 */
@Service
public class AlertsFiles {

    /** For one file at a time, on whichever instance. */
    private static final String ALONE = "SELECT pg_advisory_xact_lock(hashtext('runledger alerts file'))";

    private final AlertsFileText text;
    private final AlertRules rules;
    private final AlertChannels channels;
    private final AlertEvaluation evaluation;
    private final AlertSchedule schedule;
    private final StoredDefinition definitions;
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Environment environment;
    private final Clock clock;

    AlertsFiles(
            AlertsFileText text,
            AlertRules rules,
            AlertChannels channels,
            AlertEvaluation evaluation,
            AlertSchedule schedule,
            StoredDefinition definitions,
            TransactionTemplate transaction,
            JdbcClient jdbc,
            JsonMapper json,
            Environment environment,
            Clock clock) {
        this.text = text;
        this.rules = rules;
        this.channels = channels;
        this.evaluation = evaluation;
        this.schedule = schedule;
        this.definitions = definitions;
        this.transaction = transaction;
        this.jdbc = jdbc;
        this.json = json;
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * What applying the file would change: it is applied, and rolled back.
     *
     * @throws AlertsFileException naming what is wrong
     */
    public List<AlertsFileChange> plan(String content) {
        return change(content, true).changes;
    }

    /**
     * Applies the file, and evaluates the rules that it changed.
     *
     * @throws AlertsFileException naming what is wrong; nothing is changed then
     */
    public List<AlertsFileChange> apply(String content) {
        Application applied = change(content, false);
        applied.toEvaluate.forEach(schedule::evaluate);
        return applied.changes;
    }

    /** What is stored, as a file that applies to nothing but itself. */
    public String export() {
        Map<UUID, String> names = channels.all().stream().collect(toMap(AlertChannel::id, AlertChannel::name));
        List<AlertRule> readable =
                rules.all().stream().filter(rule -> rule.definition() != null).toList();
        Instant now = clock.instant();
        return text.write(new AlertsFile(
                channels.forFile(),
                readable.stream()
                        .map(rule -> AlertsFile.Rule.of(
                                rule.definition(),
                                rules.restricting(rule.definition()),
                                rule.pausedAt() != null,
                                rule.channels().stream()
                                        .map(names::get)
                                        .filter(Objects::nonNull)
                                        .toList()))
                        .toList(),
                readable.stream()
                        .filter(rule -> rule.silencedUntil() != null
                                && rule.silencedUntil().isAfter(now))
                        .map(rule -> new AlertsFile.Silence(rule.name(), rule.silencedUntil()))
                        .toList()));
    }

    private Application change(String content, boolean isPlan) {
        AlertsFile file = text.read(content);
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(ALONE).query((row, number) -> true).single();
            Application application = new Application(file);
            application.run();
            if (isPlan) {
                status.setRollbackOnly();
            }
            return application;
        }));
    }

    /** Where the environment has the secret of a channel. */
    static String secretProperty(String channel) {
        return "runledger.alerts.secrets."
                + channel.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }

    private final class Application {

        private final AlertsFile file;
        private final List<AlertsFileChange> changes = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();
        private final List<UUID> toEvaluate = new ArrayList<>();

        Application(AlertsFile file) {
            this.file = file;
        }

        void run() {
            Set<String> channelNames = new HashSet<>();
            for (int i = 0; i < file.channels().size(); i++) {
                AlertsFile.Channel channel = file.channels().get(i);
                checking("channels", i, channel.name(), channelNames, () -> put(channel));
            }
            Map<String, UUID> channelIds = channels.all().stream()
                    .filter(channel -> !channel.managed() || channelNames.contains(channel.name()))
                    .collect(toMap(AlertChannel::name, AlertChannel::id));
            Set<String> ruleNames = new HashSet<>();
            for (int i = 0; i < file.rules().size(); i++) {
                AlertsFile.Rule rule = file.rules().get(i);
                checking("rules", i, rule.name(), ruleNames, () -> put(rule, channelIds));
            }
            for (int i = 0; i < file.silences().size(); i++) {
                AlertsFile.Silence silence = file.silences().get(i);
                checking("silences", i, silence.rule(), new HashSet<>(), () -> put(silence));
            }
            if (!faults.isEmpty()) {
                throw new AlertsFileException(faults);
            }
            deleteUnnamed(ruleNames, channelNames);
        }

        private void checking(String list, int index, @Nullable String name, Set<String> names, Runnable part) {
            try {
                if (name != null && !names.add(name)) {
                    throw new IllegalArgumentException("There is another one of this name");
                }
                part.run();
            } catch (IllegalArgumentException e) {
                faults.add(
                        "%s[%d]%s: %s".formatted(list, index, name == null ? "" : " (" + name + ")", e.getMessage()));
            }
        }

        private void put(AlertsFile.Channel channel) {
            String property = channel.name() == null ? "" : secretProperty(channel.name());
            String secret = environment.getProperty(property);
            List<String> changed;
            try {
                changed = channels.put(channel, secret);
            } catch (AlertChannels.SecretMissingException e) {
                throw new IllegalArgumentException(
                        "Its secret is not configured, as %s".formatted(variable(property)), e);
            }
            if (changed == null) {
                changes.add(new AlertsFileChange(Action.CREATE, Subject.CHANNEL, channel.name(), ""));
            } else if (!changed.isEmpty()) {
                changes.add(new AlertsFileChange(
                        Action.CHANGE, Subject.CHANNEL, channel.name(), String.join(", ", changed)));
            }
        }

        private void put(AlertsFile.Rule wanted, Map<String, UUID> channelIds) {
            RuleDefinition definition = wanted.definition(text::filter, definitions::metric);
            List<UUID> to = new ArrayList<>();
            for (String channel : Objects.requireNonNullElse(wanted.channels(), List.<String>of())) {
                UUID id = channelIds.get(channel);
                if (id == null) {
                    throw new IllegalArgumentException("There is no channel " + channel);
                }
                to.add(id);
            }
            boolean isPaused = Boolean.TRUE.equals(wanted.paused());
            AlertRule stored = rules.named(definition.name());
            if (stored == null) {
                if (rules.count() >= AlertRules.MAX_RULES) {
                    throw new IllegalArgumentException(
                            "There are %d rules, which is the most there can be".formatted(AlertRules.MAX_RULES));
                }
                UUID id = rules.create(definition, to);
                rules.manage(id);
                rules.pause(id, isPaused);
                look(id, wanted);
                toEvaluate.add(id);
                changes.add(new AlertsFileChange(Action.CREATE, Subject.RULE, definition.name(), ""));
                return;
            }
            List<String> changed = changed(stored, definition, to, isPaused);
            if (!changed.isEmpty()) {
                rules.update(stored.id(), definition, to);
                rules.manage(stored.id());
                rules.pause(stored.id(), isPaused);
                look(stored.id(), wanted);
                toEvaluate.add(stored.id());
                changes.add(
                        new AlertsFileChange(Action.CHANGE, Subject.RULE, stored.name(), String.join(", ", changed)));
            }
        }

        private void look(UUID id, AlertsFile.Rule wanted) {
            if (wanted.since() != null) {
                rules.lookBack(id, wanted.since());
            }
        }

        private List<String> changed(AlertRule stored, RuleDefinition definition, List<UUID> to, boolean isPaused) {
            List<String> changed = new ArrayList<>();
            JsonNode wanted = json.readTree(definitions.write(definition));
            JsonNode before = stored.definition() == null
                    ? json.createObjectNode()
                    : json.readTree(definitions.write(stored.definition()));
            Set<String> fields = new TreeSet<>(wanted.propertyNames());
            fields.addAll(before.propertyNames());
            fields.stream()
                    .filter(field -> !wanted.path(field).equals(before.path(field)))
                    .forEach(changed::add);
            if (!stored.channels().equals(to)) {
                changed.add("channels");
            }
            if (isPaused != (stored.pausedAt() != null)) {
                changed.add("paused");
            }
            if (!stored.managed()) {
                changed.add("managed by the file");
            }
            return changed;
        }

        private void put(AlertsFile.Silence silence) {
            if (silence.rule() == null || silence.until() == null) {
                throw new IllegalArgumentException("A silence needs rule and until");
            }
            AlertRule rule = rules.named(silence.rule());
            if (rule == null) {
                throw new IllegalArgumentException("There is no such rule");
            }
            // What is over needs no change.
            if (silence.until().isAfter(clock.instant()) && !silence.until().equals(rule.silencedUntil())) {
                rules.silence(rule.id(), silence.until());
                toEvaluate.add(rule.id());
                changes.add(new AlertsFileChange(
                        rule.silencedUntil() == null ? Action.CREATE : Action.CHANGE,
                        Subject.SILENCE,
                        rule.name(),
                        "until " + silence.until()));
            }
        }

        private void deleteUnnamed(Set<String> ruleNames, Set<String> channelNames) {
            rules.all().stream()
                    .filter(rule -> rule.managed() && !ruleNames.contains(rule.name()))
                    .forEach(rule -> {
                        evaluation.delete(rule.id());
                        changes.add(new AlertsFileChange(Action.DELETE, Subject.RULE, rule.name(), ""));
                    });
            channels.all().stream()
                    .filter(channel -> channel.managed() && !channelNames.contains(channel.name()))
                    .forEach(channel -> {
                        channels.delete(channel.id());
                        changes.add(new AlertsFileChange(Action.DELETE, Subject.CHANNEL, channel.name(), ""));
                    });
        }
    }
}
