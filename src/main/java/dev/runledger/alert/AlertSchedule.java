package dev.runledger.alert;

import dev.runledger.ledger.RunsChanged;
import java.util.Comparator;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Has all rules evaluated soon after runs changed, when the server starts, and once a minute, should word of a change be lost. */
@Component
class AlertSchedule {

    private static final Logger log = LoggerFactory.getLogger(AlertSchedule.class);

    private static final Comparator<AlertRule> MISSING_FIRST = Comparator.comparing(
            rule -> rule.definition() == null || rule.definition().kind() != AlertKind.MISSING);

    private final AlertRules rules;
    private final AlertEvaluation evaluation;
    private final RuleAnnouncements announcements;
    private volatile boolean isDue = true;

    AlertSchedule(AlertRules rules, AlertEvaluation evaluation, RuleAnnouncements announcements) {
        this.announcements = announcements;
        this.rules = rules;
        this.evaluation = evaluation;
    }

    @EventListener
    void runsChanged(RunsChanged event) {
        isDue = true;
    }

    @Scheduled(fixedDelayString = "PT1M")
    void minutePassed() {
        isDue = true;
    }

    @Scheduled(fixedDelayString = "PT0.5S", initialDelayString = "PT1S")
    void evaluateIfDue() {
        if (!isDue) {
            return;
        }
        isDue = false;
        try {
            // What is missing holds back what follows from it.
            rules.all().stream().sorted(MISSING_FIRST).forEach(rule -> evaluate(rule.id()));
        } catch (RuntimeException e) {
            isDue = true;
            log.debug("The rules of alerts are not evaluated, which will be tried again", e);
        }
    }

    /** Evaluates the rule, or notes why that cannot be. */
    void evaluate(UUID id) {
        try {
            evaluation.evaluate(id);
        } catch (IllegalArgumentException e) {
            rules.noteError(id, e.getMessage());
        } catch (RuntimeException e) {
            log.warn("Alert rule {} cannot be evaluated", id, e);
            rules.noteError(id, "It could not be evaluated, the server's log says why");
        }
        announcements.announce(id);
    }
}
