package dev.runledger.alert;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Makes rules, changes and deletes them. What is stored has been evaluated once when this returns. */
@Service
public class AlertAdministration {

    private final AlertRules rules;
    private final AlertSchedule schedule;

    AlertAdministration(AlertRules rules, AlertSchedule schedule) {
        this.rules = rules;
        this.schedule = schedule;
    }

    /** @throws IllegalArgumentException if another rule has the name, or there are too many */
    public AlertRule create(RuleDefinition definition) {
        if (rules.count() >= AlertRules.MAX_RULES) {
            throw new IllegalArgumentException(
                    "There are %d rules, which is the most there can be".formatted(AlertRules.MAX_RULES));
        }
        UUID id = rules.create(definition);
        schedule.evaluate(id);
        return rules.find(id);
    }

    /**
     * Gives a rule another definition. Whatever fires by the former one is withdrawn.
     *
     * @return null if there is no such rule
     * @throws IllegalArgumentException if another rule has the name
     */
    public @Nullable AlertRule update(UUID id, RuleDefinition definition) {
        if (!rules.update(id, definition)) {
            return null;
        }
        schedule.evaluate(id);
        return rules.find(id);
    }

    /** Deletes the rule with its alerts. Returns false if there was none. */
    public boolean delete(UUID id) {
        return rules.delete(id);
    }
}
