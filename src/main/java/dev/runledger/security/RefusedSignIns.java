package dev.runledger.security;

import dev.runledger.audit.AuditLog;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Adds sign-ins that came back from the issuer and were refused to the log and the audit log: at most so many different entries in ten
 * seconds, however many there were.
 */
@Component
@ConditionalOnWebApplication
class RefusedSignIns {

    private static final Logger log = LoggerFactory.getLogger(RefusedSignIns.class);

    private static final int MAX_ENTRIES = 10;
    private static final int MAX_LENGTH = 300;
    private static final Refusal OTHERS = new Refusal("others", "various");

    /** @param actor a person, or an address where nobody is known */
    private record Refusal(String actor, String reason) {}

    private final AuditLog audit;
    private final JsonMapper json;
    private Map<Refusal, Integer> counts = new LinkedHashMap<>();

    RefusedSignIns(AuditLog audit, JsonMapper json) {
        this.audit = audit;
        this.json = json;
    }

    synchronized void count(String actor, String reason) {
        Refusal refusal = new Refusal(line(actor, MAX_LENGTH), line(reason, MAX_LENGTH));
        boolean isTooMany = counts.size() >= MAX_ENTRIES && !counts.containsKey(refusal);
        counts.merge(isTooMany ? OTHERS : refusal, 1, Integer::sum);
    }

    /** What others wrote makes no further lines in logs. */
    static String line(String text, int max) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= max ? line : line.substring(0, max);
    }

    @Scheduled(fixedDelayString = "PT10S", initialDelayString = "PT10S")
    void add() {
        take().forEach((refusal, count) -> {
            log.warn("Refused {} sign-in(s) of {}: {}", count, refusal.actor(), refusal.reason());
            audit.add(
                    refusal.actor(),
                    "signInRefused",
                    null,
                    json.createObjectNode().put("count", count).put("reason", refusal.reason()));
        });
    }

    private synchronized Map<Refusal, Integer> take() {
        Map<Refusal, Integer> taken = counts;
        counts = new LinkedHashMap<>();
        return taken;
    }
}
