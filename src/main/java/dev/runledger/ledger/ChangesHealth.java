package dev.runledger.ledger;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Says how many runs are set aside since their changes cannot be folded. The server serves all others, so it is up. */
@Component
class ChangesHealth extends AbstractHealthIndicator {

    private final FoldFailures failures;

    ChangesHealth(FoldFailures failures) {
        this.failures = failures;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up().withDetail("setAsideRuns", failures.count());
    }
}
