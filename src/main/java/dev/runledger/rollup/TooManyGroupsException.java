package dev.runledger.rollup;

/** What was asked for has more groups, times buckets, times metrics, than are read at once. */
public final class TooManyGroupsException extends RuntimeException {

    TooManyGroupsException(int max) {
        super("There are more than %,d values, those of each group and bucket counted".formatted(max));
    }
}
