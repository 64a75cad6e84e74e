package dev.runledger.rollup;

import dev.runledger.ledger.ChangeLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Says for how long the first change that waits to be folded has waited. From {@link #LAGGING} on it warns: answers stay exact and get
 * slower, on every instance, so taking one off the load balancer would make it worse.
 */
@Component
class FoldingHealthIndicator extends AbstractHealthIndicator implements MeterBinder {

    static final Duration LAGGING = Duration.ofMinutes(5);
    static final String WARNING = "WARNING";

    private final ChangeLog changes;
    private final Clock clock;
    private @Nullable Long first;
    private Instant since = Instant.MAX;

    FoldingHealthIndicator(ChangeLog changes, Clock clock) {
        this.changes = changes;
        this.clock = clock;
    }

    /** Notes which change is the first one. One that fails to be folded is not: it is set aside soon, and holds up no other. */
    @Scheduled(fixedDelayString = "PT5S")
    synchronized void look() {
        try {
            Long now = changes.last(1);
            if (now == null || !now.equals(first)) {
                first = now;
                since = clock.instant();
            }
        } catch (DataAccessException e) {
            // Nothing waits that is known of, and that the database is away is said elsewhere.
            first = null;
        }
    }

    @Override
    protected synchronized void doHealthCheck(Health.Builder builder) {
        Duration lag = lag();
        if (lag.compareTo(LAGGING) < 0) {
            builder.up();
        } else {
            builder.status(WARNING);
        }
        builder.withDetail("lagSeconds", lag.toSeconds());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        TimeGauge.builder("runledger.fold.lag", () -> lag().toSeconds(), TimeUnit.SECONDS)
                .description("For how long the first change that waits to be folded has waited.")
                .register(registry);
    }

    private synchronized Duration lag() {
        return first == null ? Duration.ZERO : Duration.between(since, clock.instant());
    }
}
