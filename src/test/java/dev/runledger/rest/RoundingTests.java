package dev.runledger.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundingTests {

    /** Expected: Python 3.11, {@code round(value, decimals)}. */
    @ParameterizedTest
    @CsvSource({
        "0.03125, 4, 0.0312",
        "0.09375, 4, 0.0938",
        "2.675,   2, 2.67",
        "2.5,     0, 2.0",
        "3.5,     0, 4.0",
        "0.5,     0, 0.0",
        "-0.125,  2, -0.12",
        "1e22,    2, 1e22",
        "0.1,     6, 0.1"
    })
    void roundsHalfToEvenOnTheBinaryValue(double value, int decimals, double rounded) {
        assertThat(Rounding.round(value, decimals)).isEqualTo(rounded);
    }

    @Test
    void nothingStaysNothing() {
        assertThat(Rounding.round(null, 2)).isNull();
    }
}
