package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@RunledgerTest
class SharedViewsTests {

    @Test
    void aLinkIsKnownAtOnceWhoeverReadsTheKeysMeanwhile(@Autowired SharedViews views, @Autowired StoredKeys keys)
            throws Exception {
        AtomicBoolean isDone = new AtomicBoolean();
        ExecutorService others = Executors.newSingleThreadExecutor();
        Future<?> reading = others.submit(() -> {
            while (!isDone.get()) {
                keys.refresh();
            }
        });
        try {
            for (int i = 0; i < 100; i++) {
                StoredKeys.Created created = views.create(
                        "link " + UUID.randomUUID(),
                        new SharedView("failures", Map.of()),
                        OffsetDateTime.now().plusDays(1),
                        "a test");
                assertThat(keys.find(ServiceKeys.sha256(created.key())))
                        .as("link %d", i)
                        .isNotNull();
                keys.revoke(created.serviceKey().id());
            }
        } finally {
            isDone.set(true);
            reading.get();
            others.shutdown();
        }
    }
}
