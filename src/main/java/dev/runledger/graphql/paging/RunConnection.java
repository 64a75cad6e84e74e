package dev.runledger.graphql.paging;

import dev.runledger.ledger.Run;
import java.util.List;

/**
 * A page of runs.
 *
 * @param list the whole list that the page is of
 * @param page which page was requested
 * @param nodes the runs on it
 * @param hasMore whether the list goes on beyond the page, in the direction of paging
 */
public record RunConnection(RunList list, PageArguments page, List<Run> nodes, boolean hasMore) {

    record RunEdge(String cursor, Run node) {}

    public List<RunEdge> edges() {
        return nodes.stream().map(run -> new RunEdge(list.cursorOf(run), run)).toList();
    }

    /** Where the page lies; what is beyond it, these pages look up. */
    public PageInfo pageInfo(RunPages pages) {
        return new PageInfo(
                nodes.isEmpty() ? null : list.cursorOf(nodes.get(0)),
                nodes.isEmpty() ? null : list.cursorOf(nodes.get(nodes.size() - 1)),
                () -> pages.hasNext(this),
                () -> pages.hasPrevious(this));
    }
}
