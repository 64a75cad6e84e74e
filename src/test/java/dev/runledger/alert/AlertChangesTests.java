package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.live.SlowReaderException;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import reactor.core.publisher.BaseSubscriber;

/** What subscribers to alerts are sent. */
@RunledgerTest
class AlertChangesTests {

    @Autowired
    AlertChanges changes;

    @Autowired
    AlertAdministration administration;

    @Autowired
    JdbcClient jdbc;

    private UUID rule;

    @AfterEach
    void delete() {
        administration.delete(rule);
    }

    @Test
    void whoReadsTooSlowlyIsToldSoAfterWhatWaited() {
        String environment = "c" + UUID.randomUUID().toString().substring(0, 18);
        rule = administration
                .create(
                        Rules.of(
                                environment,
                                AlertKind.CONSECUTIVE,
                                Metric.OVERALL_SUCCESS_RATE,
                                RunFilter.during(null, null, List.of(), List.of(environment), null),
                                0.5,
                                1,
                                1),
                        List.of())
                .id();
        AtomicInteger read = new AtomicInteger();
        AtomicReference<Throwable> end = new AtomicReference<>();
        BaseSubscriber<Alert> reader = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                // Reads nothing yet.
            }

            @Override
            protected void hookOnNext(Alert alert) {
                read.incrementAndGet();
            }

            @Override
            protected void hookOnError(Throwable failure) {
                end.set(failure);
            }
        };
        changes.matching(new Alerts.Selection(rule, true, null)).subscribe(reader);
        jdbc.sql("""
                INSERT INTO alert (id, rule_id, revision, fired_run, fired_run_start, fired_at, value, runs, noticed_at)
                SELECT gen_random_uuid(), :rule, 1, gen_random_uuid(), now(), now(), 0, '{}', now()
                  FROM generate_series(1, :count)
                """)
                .param("rule", rule)
                .param("count", AlertChanges.MAX_WAITING + 1)
                .update();
        changes.publish();

        reader.requestUnbounded();

        await().atMost(Duration.ofSeconds(60)).until(() -> end.get() != null);
        assertThat(end.get()).isInstanceOf(SlowReaderException.class);
        assertThat(read.get()).isEqualTo(AlertChanges.MAX_WAITING);
    }
}
