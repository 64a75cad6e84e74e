package dev.runledger.search;

import dev.runledger.ledger.Run;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The position of a run in an order, which a page starts after or ends before.
 *
 * @param value the run's value of the order's key, as text; null if it has none
 */
public record RunPosition(@Nullable String value, UUID id) {

    public static RunPosition of(Run run, RunOrder order) {
        return new RunPosition(order.key().valueOf(run), run.getId());
    }
}
