package dev.runledger.graphql;

import dev.runledger.graphql.limits.SubscriptionLimits;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.transport.ConnectionContext;
import dev.runledger.live.RunChange;
import dev.runledger.live.RunChanges;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.ContextValue;
import org.springframework.graphql.data.method.annotation.SubscriptionMapping;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Answers {@code live.graphqls}: runs as they change. */
@Controller
class LiveController {

    private final RunChanges changes;
    private final SubscriptionLimits limits;
    private final Clock clock;

    LiveController(RunChanges changes, SubscriptionLimits limits, Clock clock) {
        this.changes = changes;
        this.limits = limits;
        this.clock = clock;
    }

    @SubscriptionMapping
    Flux<RunChange> runChanged(
            @Argument @Nullable RunFilterInput filter,
            @ContextValue(name = ConnectionContext.CONNECTION, required = false) @Nullable String connection,
            Authentication caller) {
        RunFilterInput requested = filter == null ? RunFilterInput.ALL : filter;
        // What is wrong with the filter is said now, not when the first run changes.
        requested.live(clock.instant());
        return limits.within(caller, connection, changes.matching(requested::live))
                .publishOn(Schedulers.boundedElastic(), 1);
    }
}
