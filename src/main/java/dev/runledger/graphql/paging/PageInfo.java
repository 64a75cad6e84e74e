package dev.runledger.graphql.paging;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where a page lies. What is beyond it takes a look into the database, if somebody asks. */
public record PageInfo(
        @Nullable String startCursor, @Nullable String endCursor, BooleanSupplier next, BooleanSupplier previous) {}
