package dev.runledger.graphql.paging;

import dev.runledger.ledger.Run;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of runs.
 *
 * @param list the whole list that the page is of
 * @param page which page was asked for
 * @param nodes the runs on it
 * @param hasMore whether the list goes on beyond the page, in the direction of asking
 */
public record RunConnection(RunList list, PageArguments page, List<Run> nodes, boolean hasMore) {

    record RunEdge(String cursor, Run node) {}

    /** Where the page lies. What lies beyond it takes a look into the ledger, if somebody asks. */
    public record PageInfo(
            RunConnection connection,
            @Nullable String startCursor,
            @Nullable String endCursor) {}

    public List<RunEdge> edges() {
        return nodes.stream().map(run -> new RunEdge(list.cursorOf(run), run)).toList();
    }

    public PageInfo pageInfo() {
        return nodes.isEmpty()
                ? new PageInfo(this, null, null)
                : new PageInfo(this, list.cursorOf(nodes.get(0)), list.cursorOf(nodes.get(nodes.size() - 1)));
    }
}
