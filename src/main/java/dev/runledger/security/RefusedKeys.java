package dev.runledger.security;

import dev.runledger.audit.AuditLog;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Adds refused keys to the audit log: one entry in ten seconds at most, however many there were. */
@Component
@ConditionalOnWebApplication
class RefusedKeys {

    private final WrongKeys wrongKeys;
    private final AuditLog audit;
    private final JsonMapper json;

    RefusedKeys(WrongKeys wrongKeys, AuditLog audit, JsonMapper json) {
        this.wrongKeys = wrongKeys;
        this.audit = audit;
        this.json = json;
    }

    @Scheduled(fixedDelayString = "PT10S", initialDelayString = "PT10S")
    void add() {
        WrongKeys.Refused refused = wrongKeys.takeRefused();
        if (refused != null) {
            audit.add(
                    refused.latestAddress(),
                    "keyRefused",
                    null,
                    json.createObjectNode()
                            .put("count", refused.count())
                            .put("latestAddress", refused.latestAddress()));
        }
    }
}
