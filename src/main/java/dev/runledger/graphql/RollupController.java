package dev.runledger.graphql;

import dev.runledger.rollup.Rollups;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;

/** Answers {@code rollup.graphqls}: recomputes the rollups for administrators. */
@Controller
class RollupController {

    private final Rollups rollups;

    RollupController(Rollups rollups) {
        this.rollups = rollups;
    }

    record RollupRebuild(int months) {}

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    Rollups.Audit auditRollups() {
        return rollups.auditAll();
    }

    @MutationMapping
    @PreAuthorize("hasAuthority('runs:administer')")
    RollupRebuild rebuildRollups() {
        return new RollupRebuild(rollups.rebuild());
    }
}
