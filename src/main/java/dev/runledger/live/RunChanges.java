package dev.runledger.live;

import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Publishes the runs that change to its subscribers. Nothing is replayed: a subscriber who lost its subscription subscribes
 * again, and after that queries again what it had read.
 */
@Service
public class RunChanges {

    static final int MAX_WAITING = 1_000;

    private final ChangedRuns changedRuns;
    private final Clock clock;
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
    private boolean listening;

    RunChanges(ChangedRuns changedRuns, Clock clock) {
        this.changedRuns = changedRuns;
        this.clock = clock;
    }

    private record Subscriber(Function<Instant, RunFilter> filter, Sinks.Many<RunChange> sink) {

        Subscriber(Function<Instant, RunFilter> filter) {
            this(filter, Sinks.many().unicast().onBackpressureBuffer(new ArrayBlockingQueue<>(MAX_WAITING)));
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * The changes of runs that match the filter when they are published. It ends with {@link ChangesInterruptedException} or
     * {@link SlowReaderException} if changes may be missing, and completes when the server stops.
     *
     * @param filter the filter at a moment, as the last days move on with the clock
     */
    public Flux<RunChange> matching(Function<Instant, RunFilter> filter) {
        return Flux.defer(() -> {
            Subscriber subscriber = new Subscriber(filter);
            return add(subscriber)
                    ? subscriber.sink().asFlux().doFinally(end -> subscribers.remove(subscriber))
                    : Flux.error(new ChangesInterruptedException());
        });
    }

    /** Adds the subscriber if it will receive every change from here on. */
    private synchronized boolean add(Subscriber subscriber) {
        return listening && subscribers.add(subscriber);
    }

    synchronized void resume() {
        listening = true;
    }

    /** Ends all subscriptions, since changes may have been missed, and takes no new ones until it is resumed. */
    synchronized void interrupt() {
        listening = false;
        subscribers.forEach(subscriber -> subscriber.sink().tryEmitError(new ChangesInterruptedException()));
        subscribers.clear();
    }

    /** Ends all subscriptions in good order. */
    synchronized void complete() {
        listening = false;
        subscribers.forEach(subscriber -> subscriber.sink().tryEmitComplete());
        subscribers.clear();
    }

    /** Publishes these runs. Called by one thread at a time. */
    void publish(Collection<UUID> ids) {
        Map<RunFilter, Set<Subscriber>> byFilter = new HashMap<>();
        Instant now = clock.instant();
        for (Subscriber subscriber : subscribers) {
            byFilter.computeIfAbsent(subscriber.filter().apply(now), filter -> ConcurrentHashMap.newKeySet())
                    .add(subscriber);
        }
        if (!byFilter.isEmpty()) {
            changedRuns
                    .matching(ids, byFilter.keySet())
                    .forEach(
                            (filter, changes) -> byFilter.get(filter).forEach(subscriber -> send(subscriber, changes)));
        }
    }

    private synchronized void send(Subscriber subscriber, List<RunChange> changes) {
        for (RunChange change : changes) {
            if (subscriber.sink().tryEmitNext(change) == Sinks.EmitResult.FAIL_OVERFLOW) {
                subscriber.sink().tryEmitError(new SlowReaderException(MAX_WAITING));
                subscribers.remove(subscriber);
                return;
            }
        }
    }
}
