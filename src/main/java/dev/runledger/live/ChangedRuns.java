package dev.runledger.live;

import dev.runledger.ledger.Heartbeats;
import dev.runledger.ledger.Run;
import dev.runledger.search.RunFilter;
import dev.runledger.search.Runs;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Reads the runs that changed, and which filters they match: once, for however many subscribers. */
@Component
class ChangedRuns {

    private final Runs runs;
    private final Heartbeats heartbeats;

    ChangedRuns(Runs runs, Heartbeats heartbeats) {
        this.runs = runs;
        this.heartbeats = heartbeats;
    }

    /** The changes that each of the filters lets through, all as of one moment. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Map<RunFilter, List<RunChange>> matching(Collection<UUID> ids, Set<RunFilter> filters) {
        List<Run> changed = runs.find(ids);
        Set<UUID> beating = heartbeats.of(ids).keySet();
        Map<RunFilter, List<RunChange>> matching = new HashMap<>();
        for (RunFilter filter : filters) {
            Set<UUID> matches = filter.equals(RunFilter.ALL) ? new HashSet<>(ids) : runs.matching(ids, filter);
            matching.put(
                    filter,
                    changed.stream()
                            .filter(run -> matches.contains(run.getId()))
                            .map(run -> RunChange.of(run, beating.contains(run.getId())))
                            .toList());
        }
        return matching;
    }
}
