package dev.runledger.alert;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Makes rules, changes and deletes them. What is stored has been evaluated once when this returns. */
@Service
public class AlertAdministration {

    private final AlertRules rules;
    private final AlertSchedule schedule;
    private final AlertEvaluation evaluation;
    private final AlertChannels channels;

    AlertAdministration(AlertRules rules, AlertSchedule schedule, AlertEvaluation evaluation, AlertChannels channels) {
        this.rules = rules;
        this.evaluation = evaluation;
        this.channels = channels;
        this.schedule = schedule;
    }

    /** @throws IllegalArgumentException if another rule has the name, there are too many, or a channel is unknown */
    public AlertRule create(RuleDefinition definition, List<UUID> channels) {
        checkChannels(channels);
        if (rules.count() >= AlertRules.MAX_RULES) {
            throw new IllegalArgumentException(
                    "There are %d rules, which is the most there can be".formatted(AlertRules.MAX_RULES));
        }
        UUID id = rules.create(definition, channels);
        schedule.evaluate(id);
        return rules.find(id);
    }

    /**
     * Gives a rule another definition. Whatever fires by the former one is withdrawn.
     *
     * @return null if there is no such rule
     * @throws IllegalArgumentException if another rule has the name, a channel is unknown, or a file made the rule
     */
    public @Nullable AlertRule update(UUID id, RuleDefinition definition, List<UUID> channels) {
        checkChannels(channels);
        checkUnmanaged(id);
        if (!rules.update(id, definition, channels)) {
            return null;
        }
        schedule.evaluate(id);
        return rules.find(id);
    }

    /**
     * Has the rule send nothing that fires until then. If it fires still, that is sent afterwards.
     *
     * @param until null to end it now
     * @return null if there is no such rule
     */
    public @Nullable AlertRule silence(UUID id, @Nullable Instant until) {
        if (!rules.silence(id, until)) {
            return null;
        }
        schedule.evaluate(id);
        return rules.find(id);
    }

    /**
     * Pauses the rule, or has it go on. While it is paused nothing is evaluated; what fires is withdrawn.
     *
     * @return null if there is no such rule
     * @throws IllegalArgumentException if a file made it
     */
    public @Nullable AlertRule pause(UUID id, boolean isPaused) {
        checkUnmanaged(id);
        if (!rules.pause(id, isPaused)) {
            return null;
        }
        schedule.evaluate(id);
        return rules.find(id);
    }

    /**
     * Deletes the rule with its alerts. Returns false if there was none.
     *
     * @throws IllegalArgumentException if a file made it
     */
    public boolean delete(UUID id) {
        checkUnmanaged(id);
        return evaluation.delete(id);
    }

    private void checkUnmanaged(UUID id) {
        AlertRule rule = rules.find(id);
        if (rule != null && rule.managed()) {
            throw new IllegalArgumentException("%s is managed by a file; change it there".formatted(rule.name()));
        }
    }

    private void checkChannels(List<UUID> wanted) {
        Set<UUID> known = channels.all().stream().map(AlertChannel::id).collect(Collectors.toSet());
        for (UUID channel : wanted) {
            if (!known.contains(channel)) {
                throw new IllegalArgumentException("There is no channel " + channel);
            }
        }
    }
}
