package dev.runledger.graphql;

import dev.runledger.event.Event;
import dev.runledger.event.Events;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;

/** Events that may have caused a change, since they happened near it. */
@Component
class NearbyEvents {

    /** Whatever happened at once is one deploy or one incident; more of them would explain nothing. */
    private static final int MAX_EVENTS = 5;

    private final Events events;

    NearbyEvents(Events events) {
        this.events = events;
    }

    /**
     * Where to look.
     *
     * @param change when the change is seen first
     */
    record Near(Instant from, Instant change, Instant to) {}

    /** At most five events near the change, in the environments of the filter, the nearest first. */
    List<LikelyCause> causes(Near near, RunFilter filter) {
        return QueryRun.once(
                List.of("events near", near, filter.environments()),
                () -> events
                        .nearest(
                                new Events.Selection(near.from, near.to, List.of(), filter.environments()),
                                near.change,
                                MAX_EVENTS)
                        .stream()
                        .map(NearbyEvents::cause)
                        .toList());
    }

    private static LikelyCause cause(Event event) {
        return new LikelyCause(
                LikelyCause.Kind.EVENT,
                event.kind(),
                null,
                "%s at %s: %s".formatted(event.kind(), event.at().toInstant(), event.text()));
    }
}
