package dev.runledger.rest;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Rounds as Python's {@code round} does: half to even, on the exact binary value. */
final class Rounding {

    private Rounding() {}

    static @Nullable Double round(@Nullable Double value, int decimals) {
        return value == null
                ? null
                : (Double) new BigDecimal(value)
                        .setScale(decimals, RoundingMode.HALF_EVEN)
                        .doubleValue();
    }
}
