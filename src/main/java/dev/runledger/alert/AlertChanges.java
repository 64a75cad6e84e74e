package dev.runledger.alert;

import dev.runledger.live.SlowReaderException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Publishes alerts that change to subscribers, on every instance: while there are any, the alerts that fire and the last ones are read each
 * second and compared. What changes while the database is away is published when it is back.
 */
@Service
public class AlertChanges {

    static final int MAX_WAITING = 1_000;

    private static final Logger log = LoggerFactory.getLogger(AlertChanges.class);

    private final Alerts alerts;
    private final Sinks.Many<Alert> sink = Sinks.many().multicast().directBestEffort();
    private int subscribers;
    /** What subscribers know; null if there are none. */
    private @Nullable Map<UUID, Alert> known;

    AlertChanges(Alerts alerts) {
        this.alerts = alerts;
    }

    /** The alerts of the selection, as they are after each change. It ends with {@link SlowReaderException} if too many wait to be read. */
    public Flux<Alert> matching(Alerts.Selection selection) {
        return Flux.defer(() -> {
                    enter();
                    return sink.asFlux()
                            .filter(selection::contains)
                            .onBackpressureBuffer(MAX_WAITING)
                            .doFinally(end -> leave());
                })
                .onErrorMap(Exceptions::isOverflow, overflow -> new SlowReaderException(MAX_WAITING));
    }

    private synchronized void enter() {
        if (known == null) {
            known = read(Map.of());
        }
        subscribers++;
    }

    private synchronized void leave() {
        subscribers--;
        if (subscribers == 0) {
            known = null;
        }
    }

    @Scheduled(fixedDelayString = "PT1S")
    synchronized void publish() {
        Map<UUID, Alert> before = known;
        if (before == null) {
            return;
        }
        try {
            Map<UUID, Alert> now = read(before);
            known = now;
            now.values().stream()
                    .filter(alert -> !alert.equals(before.get(alert.id())))
                    .sorted((one, other) -> Long.compare(one.seq(), other.seq()))
                    .forEach(sink::tryEmitNext);
        } catch (RuntimeException e) {
            log.debug("Changes of alerts are not published, which will be tried again", e);
        }
    }

    /** What fired before may have ended since, however long ago it began. */
    private Map<UUID, Alert> read(Map<UUID, Alert> before) {
        List<UUID> firing =
                before.values().stream().filter(Alert::isFiring).map(Alert::id).toList();
        Map<UUID, Alert> read = new HashMap<>();
        alerts.recent(firing).forEach(alert -> read.put(alert.id(), alert));
        return read;
    }

    /** Subscriptions would hold up the web server's stop. */
    @EventListener
    void closing(ContextClosedEvent event) {
        sink.tryEmitComplete();
    }
}
