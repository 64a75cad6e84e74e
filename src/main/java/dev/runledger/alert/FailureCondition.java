package dev.runledger.alert;

import org.jspecify.annotations.Nullable;

/**
 * Which runs FAILED counts, if not those with the status failed. All that is given must hold.
 *
 * @param exitCode of the run; null for any
 * @param errorCategory that the run reports errors of; null for any
 * @param errorsAbove how many errors of the category a run may have
 * @throws IllegalArgumentException naming what is wrong
 */
public record FailureCondition(
        @Nullable Integer exitCode, @Nullable String errorCategory, int errorsAbove) {

    public FailureCondition {
        if (exitCode == null && errorCategory == null) {
            throw new IllegalArgumentException("errorsAbove needs errorCategory");
        }
        if (errorsAbove < 0) {
            throw new IllegalArgumentException("errorsAbove is %d, it must be 0 or more".formatted(errorsAbove));
        }
    }

    /** The condition; null if none is given. */
    public static @Nullable FailureCondition of(
            @Nullable Integer exitCode, @Nullable String errorCategory, @Nullable Integer errorsAbove) {
        return exitCode == null && errorCategory == null && errorsAbove == null
                ? null
                : new FailureCondition(exitCode, errorCategory, errorsAbove == null ? 0 : errorsAbove);
    }
}
