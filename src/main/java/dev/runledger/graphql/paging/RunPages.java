package dev.runledger.graphql.paging;

import dev.runledger.ledger.Run;
import dev.runledger.search.RunPosition;
import dev.runledger.search.Runs;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Turns the pages of a list of runs, and looks whether there are more. */
@Component
public class RunPages {

    private final Runs runs;

    RunPages(Runs runs) {
        this.runs = runs;
    }

    public RunConnection page(RunList list, PageArguments page) {
        // One more than requested shows whether the list goes on.
        List<Run> found = page.backward()
                ? before(list, list.start(), page.size() + 1)
                : after(list, list.start(), page.size() + 1);
        boolean hasMore = found.size() > page.size();
        int skipped = hasMore && page.backward() ? 1 : 0;
        return new RunConnection(
                list, page, found.subList(skipped, Math.min(found.size(), skipped + page.size())), hasMore);
    }

    public boolean hasNext(RunConnection page) {
        if (!page.page().backward()) {
            return page.hasMore();
        }
        if (page.list().start() == null) {
            return false;
        }
        RunPosition end = page.nodes().isEmpty()
                ? positionOf(page.list(), before(page.list(), page.list().start(), 1))
                : positionOf(
                        page.list(),
                        page.nodes()
                                .subList(page.nodes().size() - 1, page.nodes().size()));
        return !after(page.list(), end, 1).isEmpty();
    }

    public boolean hasPrevious(RunConnection page) {
        if (page.page().backward()) {
            return page.hasMore();
        }
        if (page.list().start() == null) {
            return false;
        }
        RunPosition start = page.nodes().isEmpty()
                ? positionOf(page.list(), after(page.list(), page.list().start(), 1))
                : positionOf(page.list(), page.nodes());
        return !before(page.list(), start, 1).isEmpty();
    }

    private List<Run> after(RunList list, @Nullable RunPosition position, int limit) {
        return runs.after(position, list.filter(), list.order(), limit);
    }

    private List<Run> before(RunList list, @Nullable RunPosition position, int limit) {
        return runs.before(position, list.filter(), list.order(), limit);
    }

    /** The position of the first of the runs; null, which means an end of the list, if there is none. */
    private static @Nullable RunPosition positionOf(RunList list, List<Run> runs) {
        return runs.isEmpty() ? null : RunPosition.of(runs.get(0), list.order());
    }
}
