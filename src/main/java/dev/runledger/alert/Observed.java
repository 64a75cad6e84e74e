package dev.runledger.alert;

import java.util.List;

/**
 * What a rule looks at, in order.
 *
 * @param warmUp so many of the first values rest on runs that were not looked at, and say nothing
 */
record Observed(List<RunValue> values, int warmUp) {}
