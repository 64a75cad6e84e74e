package dev.runledger.graphql.paging;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where a page lies. What is beyond it takes a look into the database, if somebody asks. */
public record PageInfo(
        @Nullable String startCursor, @Nullable String endCursor, BooleanSupplier next, BooleanSupplier previous) {

    /**
     * Of a list that is only read forward.
     *
     * @param found how many elements there are on the page and, if there are more, one beyond it
     */
    public static <T> PageInfo forward(PageArguments page, List<T> nodes, int found, Function<T, String> cursor) {
        return new PageInfo(
                nodes.isEmpty() ? null : cursor.apply(nodes.get(0)),
                nodes.isEmpty() ? null : cursor.apply(nodes.get(nodes.size() - 1)),
                () -> found > page.size(),
                () -> page.cursor() != null);
    }
}
