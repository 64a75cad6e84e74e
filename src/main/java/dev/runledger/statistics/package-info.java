/**
 * What numbers over many runs allow one to say: estimates with intervals, comparisons, trends and change points. Pure
 * functions from sums and series to records; the questions of one run resemble each other, so a run counts as a cluster.
 */
@ApplicationModule(allowedDependencies = {"metric"})
@NullMarked
package dev.runledger.statistics;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
