package dev.runledger.graphql;

import dev.runledger.ledger.FoldFailures;
import dev.runledger.rollup.RollupJobs;
import dev.runledger.rollup.RollupJobs.Job;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;

/** Answers {@code rollup.graphqls}: recomputes the rollups for administrators, and shows what they leave out. */
@Controller
class RollupController {

    private static final String ADMINISTRATOR = "hasAuthority('runs:administer')";

    private final RollupJobs jobs;
    private final FoldFailures failures;

    RollupController(RollupJobs jobs, FoldFailures failures) {
        this.jobs = jobs;
        this.failures = failures;
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    Job auditRollups() {
        return jobs.start(RollupJobs.Kind.AUDIT);
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    Job rebuildRollups() {
        return jobs.start(RollupJobs.Kind.REBUILD);
    }

    @MutationMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    Job stopRollupJob(@Argument long id) {
        return jobs.stop(id);
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    @Nullable
    Job rollupJob(@Argument @Nullable Long id) {
        return id == null ? jobs.latest() : jobs.find(id);
    }

    @QueryMapping
    @PreAuthorize(ADMINISTRATOR)
    List<FoldFailures.SetAside> setAsideChanges() {
        return failures.all();
    }
}
