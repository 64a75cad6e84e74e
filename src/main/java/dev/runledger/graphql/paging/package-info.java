/** Connections of runs: cursors and pages. */
@NullMarked
package dev.runledger.graphql.paging;

import org.jspecify.annotations.NullMarked;
