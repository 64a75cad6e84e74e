package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantiles of Student's t, ranks that bound percentiles, p-values of many tests. */
class QuantilesTests {
    /** {@code scipy.stats.t.isf(probability, freedom)} */
    @ParameterizedTest
    @CsvSource({
        "0.025, 0.06, 6.055444158681868e+20",
        "0.025, 1, 12.706204736174705",
        "0.025, 2.5, 3.5746548420036834",
        "1e-12, 5, 393.95695957760375",
        "1e-250, 40, 10494437.029611193",
        "0.2, 7.3, 0.893671357180227",
        "0.0005, 1000000000, 3.2905267412216257"
    })
    void quantilesOfTAreScipysHoweverFarOut(double probability, double freedom, double expected) {
        assertThat(Confidence.t(probability, freedom)).isCloseTo(expected, within(1e-8 * expected));
    }

    /**
     * <pre>
     * max([0] + [l for l in range(1, n+1) if scipy.stats.binom.cdf(l-1, n, q) <= .025])
     * min([n+1] + [h for h in range(1, n+1) if scipy.stats.binom.sf(h-1, n, q) <= .025])
     * </pre>
     */
    @ParameterizedTest
    @CsvSource({
        "5, 0.5, 0, 6",
        "6, 0.5, 1, 6",
        "10, 0.5, 2, 9",
        "30, 0.95, 26, 31",
        "100, 0.95, 90, 100",
        "100, 0.5, 40, 61",
        "500, 0.99, 490, 500"
    })
    void ranksBoundAPercentile(int values, double share, int low, int high) {
        assertThat(RankInterval.of(values, share, 0.95)).isEqualTo(new RankInterval(low, high));
    }

    /** {@code scipy.stats.false_discovery_control([.01, .04, .03, .005, .5])} over the p-values. */
    @Test
    void pValuesOfManyTestsGrowAfterBenjaminiAndHochberg() {
        double[] pValues = {0.01, 0.04, 0.03, 0.005, 0.5};
        double[] expected = {0.025, 0.05, 0.05, 0.025, 0.5};

        double[] factors = FalseDiscoveries.factors(pValues);

        for (int i = 0; i < pValues.length; i++) {
            assertThat(pValues[i] * factors[i]).isCloseTo(expected[i], within(1e-12));
        }
        assertThat(FalseDiscoveries.factors(new double[] {0, 1})).containsExactly(2, 1);
    }
}
