package dev.runledger.reporter.delivery;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says now and then that runs of this process go on, and how far they have come. Never spooled: the next one says more. A server
 * that knows no heartbeats is asked less and less.
 */
public final class Heartbeats {

    private static final System.Logger LOG = System.getLogger(Heartbeats.class.getName());
    private static final Set<Integer> UNKNOWN = Set.of(404, 405, 501);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Backend backend;
    private final Duration interval;
    private final Map<UUID, Supplier<ObjectNode>> runs = new LinkedHashMap<>();
    private @Nullable HttpExchange http;
    private @Nullable Thread thread;

    /** @param interval between two heartbeats of a run; none are sent if it is zero */
    public Heartbeats(Backend backend, Duration interval) {
        this.backend = backend;
        this.interval = interval;
    }

    /** @param figures what is known so far, by the names of the contract */
    public synchronized void add(UUID run, Supplier<ObjectNode> figures) {
        if (interval.isZero()) {
            return;
        }
        runs.put(run, figures);
        if (thread == null) {
            thread = new Thread(this::run, "runledger-heartbeat");
            thread.setDaemon(true);
            thread.start();
        }
    }

    public synchronized void remove(UUID run) {
        runs.remove(run);
    }

    private void run() {
        Duration pause = interval;
        try {
            for (Thread.sleep(pause.toMillis()); continues(); Thread.sleep(pause.toMillis())) {
                boolean isKnown = false;
                for (Map.Entry<UUID, Supplier<ObjectNode>> run : snapshot().entrySet()) {
                    isKnown |= beat(run.getKey(), run.getValue());
                }
                Duration doubled = pause.multipliedBy(2);
                pause = isKnown ? interval : doubled.compareTo(LONGEST_PAUSE) > 0 ? pause : doubled;
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, "No more heartbeats", e);
        }
    }

    /** False, and this thread is none any more, once there are no runs. */
    private synchronized boolean continues() {
        if (runs.isEmpty()) {
            thread = null;
        }
        return thread != null;
    }

    private synchronized Map<UUID, Supplier<ObjectNode>> snapshot() {
        return new LinkedHashMap<>(runs);
    }

    /** False if the server knows nothing of heartbeats, or of this run. */
    private boolean beat(UUID run, Supplier<ObjectNode> figures) {
        try {
            if (http == null) {
                http = new HttpExchange(backend.serviceKey(), backend.timeout(), Clock.systemUTC());
            }
            ObjectNode body = figures.get();
            body.put("at", Clock.systemUTC().instant().toString());
            body.put("interval_seconds", interval.toMillis() / 1e3);
            URI uri = URI.create(backend.url() + RestTransport.PATH + "/" + run + "/heartbeat");
            return !UNKNOWN.contains(http.post(uri, Json.write(body)).status());
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "No heartbeat of run {0}: {1}", run, e);
            return true;
        }
    }
}
