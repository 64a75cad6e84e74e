package dev.runledger.graphql;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.PageArguments;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.DeletedRuns.DeletedRun;
import dev.runledger.search.RunDeletion;
import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;

/** Answers {@code deletion.graphqls}: deletes runs and restores them, for administrators. */
@Controller
class DeletionController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";

    private final DeletedRuns deletedRuns;
    private final RunDeletion deletion;
    private final Clock clock;

    DeletionController(DeletedRuns deletedRuns, RunDeletion deletion, Clock clock) {
        this.deletedRuns = deletedRuns;
        this.deletion = deletion;
        this.clock = clock;
    }

    record DeleteRunPayload(boolean deleted) {}

    record RestoreRunPayload(boolean restored) {}

    record DeleteRunsPayload(boolean dryRun, int deleted, int remaining, List<RunDeletion.Group> groups) {

        public int matching() {
            return deleted + remaining;
        }

        public @Nullable OffsetDateTime firstStartedAt() {
            return groups.stream()
                    .map(RunDeletion.Group::first)
                    .min(Comparator.naturalOrder())
                    .orElse(null);
        }

        public @Nullable OffsetDateTime lastStartedAt() {
            return groups.stream()
                    .map(RunDeletion.Group::last)
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        }
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteRunPayload deleteRun(@Argument UUID id, Authentication caller) {
        return new DeleteRunPayload(deletedRuns.delete(id, name(caller)));
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    DeleteRunsPayload deleteRuns(
            @Argument RunFilterInput filter,
            @Argument boolean dryRun,
            @Argument @Nullable Integer expected,
            Authentication caller) {
        RunFilter inLedger = filter.inLedger(clock.instant());
        if (inLedger.equals(RunFilter.ALL)) {
            throw RequestFailure.badRequest("filter restricts nothing, so that all runs would be deleted");
        }
        List<RunDeletion.Group> groups = deletion.groups(inLedger);
        int matching = Math.toIntExact(
                groups.stream().mapToLong(RunDeletion.Group::runs).sum());
        if (dryRun) {
            return new DeleteRunsPayload(true, 0, matching, groups);
        }
        if (expected != null && expected != matching) {
            throw RequestFailure.conflict(
                    "%d runs match, not %d as expected; nothing is deleted".formatted(matching, expected));
        }
        int deleted = deletion.delete(inLedger, name(caller));
        return new DeleteRunsPayload(false, deleted, Math.max(0, matching - deleted), groups);
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    RestoreRunPayload restoreRun(@Argument UUID id) {
        return new RestoreRunPayload(deletedRuns.restore(id));
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    List<DeletedRun> deletedRuns(@Argument @Nullable Integer first, @Argument @Nullable OffsetDateTime before) {
        return deletedRuns.latest(
                before, PageArguments.of(first, null, null, null).size());
    }

    private static String name(Authentication caller) {
        return String.valueOf(caller.getDetails());
    }
}
