package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.RequestFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A waiting line that is fair among keys: a place that becomes free goes to the waiting key that has the fewest, and to the one
 * served longest ago of those; within a key the lightest goes first. No key has more than its share of the places.
 */
final class FairLine {

    private final int places;
    private final int placesOfKey;
    private final int maxWaitingOfKey;
    private final Map<String, PriorityQueue<Ticket>> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();
    private int takenInAll;
    private long arrivals;

    FairLine(int places, int placesOfKey, int maxWaitingOfKey) {
        this.places = places;
        this.placesOfKey = placesOfKey;
        this.maxWaitingOfKey = maxWaitingOfKey;
    }

    /** One that waits, until it is admitted or gives up. */
    static final class Ticket {

        private static final Comparator<Ticket> LIGHT_FIRST =
                Comparator.<Ticket>comparingInt(ticket -> ticket.weight).thenComparingLong(ticket -> ticket.arrival);

        private final String key;
        private final int weight;
        private final long arrival;
        private final Runnable admitted;

        private Ticket(String key, int weight, long arrival, Runnable admitted) {
            this.key = key;
            this.weight = weight;
            this.arrival = arrival;
            this.admitted = admitted;
        }
    }

    /**
     * Waits for a place, which has to be given back by {@link #leave}.
     *
     * @param admitted is called when there is a place, now or later and on any thread; it must not block
     * @throws RequestFailure if too many of the key wait already
     */
    Ticket enter(String key, int weight, Runnable admitted) {
        Ticket ticket;
        synchronized (this) {
            PriorityQueue<Ticket> ofKey = waiting.computeIfAbsent(key, any -> new PriorityQueue<>(Ticket.LIGHT_FIRST));
            if (ofKey.size() >= maxWaitingOfKey) {
                throw RequestFailure.limitExceeded(
                        "This key has %d queries waiting, as many as it can have; try again later"
                                .formatted(maxWaitingOfKey));
            }
            ticket = new Ticket(key, weight, arrivals++, admitted);
            ofKey.add(ticket);
        }
        admit();
        return ticket;
    }

    /** Gives up waiting; false if the ticket was admitted already, and has a place to give back. */
    synchronized boolean giveUp(Ticket ticket) {
        PriorityQueue<Ticket> ofKey = waiting.get(ticket.key);
        boolean waited = ofKey != null && ofKey.remove(ticket);
        if (waited && ofKey.isEmpty()) {
            waiting.remove(ticket.key);
        }
        return waited;
    }

    /** Gives back the place of one that was admitted. */
    void leave(String key) {
        synchronized (this) {
            takenInAll--;
            taken.computeIfPresent(key, (any, count) -> count > 1 ? count - 1 : null);
        }
        admit();
    }

    private void admit() {
        List<Ticket> admitted = new ArrayList<>();
        synchronized (this) {
            for (String key = next(); key != null; key = next()) {
                // Taken out and put in again, the key is the last of those with as few places.
                PriorityQueue<Ticket> ofKey = waiting.remove(key);
                admitted.add(ofKey.remove());
                if (!ofKey.isEmpty()) {
                    waiting.put(key, ofKey);
                }
                taken.merge(key, 1, Integer::sum);
                takenInAll++;
            }
        }
        admitted.forEach(ticket -> ticket.admitted.run());
    }

    private @Nullable String next() {
        if (takenInAll >= places) {
            return null;
        }
        return waiting.keySet().stream()
                .filter(key -> taken.getOrDefault(key, 0) < placesOfKey)
                .min(Comparator.comparingInt(key -> taken.getOrDefault(key, 0)))
                .orElse(null);
    }
}
