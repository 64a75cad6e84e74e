package dev.runledger.graphql;

import dev.runledger.alert.MissedStarts;
import dev.runledger.alert.MissedStarts.MissedStart;
import dev.runledger.graphql.errors.RequestFailure;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

/** Answers {@code missedStarts}: the runs that did not begin. */
@Controller
class MissedStartController {

    private final MissedStarts missed;

    MissedStartController(MissedStarts missed) {
        this.missed = missed;
    }

    @QueryMapping
    List<MissedStart> missedStarts(@Argument @Nullable OffsetDateTime from, @Argument @Nullable OffsetDateTime to) {
        if (from != null && to != null && from.isAfter(to)) {
            throw RequestFailure.badRequest("from is %s, after to, which is %s".formatted(from, to));
        }
        return missed.between(instant(from), instant(to));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
