package dev.runledger.monitoring;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Whether scheduled work is still begun: alerts, stuck runs and folding depend on it. */
@Component
class SchedulersHealthIndicator extends AbstractHealthIndicator {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Clock clock;
    private volatile Instant latest;

    SchedulersHealthIndicator(Clock clock) {
        this.clock = clock;
        this.latest = clock.instant();
    }

    @Scheduled(fixedDelayString = "PT5S")
    void tick() {
        latest = clock.instant();
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Duration silence = Duration.between(latest, clock.instant());
        builder.status(silence.compareTo(PATIENCE) < 0 ? "UP" : "DOWN")
                .withDetail("silentSeconds", silence.toSeconds());
    }
}
