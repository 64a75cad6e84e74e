package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SerialCorrelationTests {
    /**
     * <pre>
     * s = numpy.array([3, 5, 4, 6, 8, 7, 5, 4, 6, 3]); s = s - s.mean()
     * ((s[1:] * s[:-1]).sum() / (s*s).sum() * 10 + 1) / (10 - 4)
     * </pre>
     */
    @Test
    void theCorrelationOfNeighboursIsCorrectedForTheLevelFitted() {
        double[] residuals = DoubleStream.of(3, 5, 4, 6, 8, 7, 5, 4, 6, 3)
                .map(value -> value - 5.1)
                .toArray();

        assertThat(SerialCorrelation.of(new double[][] {residuals}, 1)).isCloseTo(0.4672021419009371, within(1e-12));
    }

    @Test
    void neighboursOfDifferentStretchesAreNone() {
        double[][] stretches = {{1, -1, 1, -1, 1, -1}, {-1, 1, -1, 1, -1, 1}};

        assertThat(SerialCorrelation.of(stretches, 2)).isZero();
        assertThat(SerialCorrelation.of(new double[][] {{1, 1, 1, 1, 1, 1}, {-1, -1, -1, -1, -1, -1}}, 2))
                .isEqualTo(0.9);
    }

    @Test
    void shortSeriesAndConstantOnesHaveNone() {
        assertThat(SerialCorrelation.of(new double[][] {{1, 1, -1, -1}}, 1)).isZero();
        assertThat(SerialCorrelation.of(new double[][] {new double[100]}, 1)).isZero();
    }

    /** Each point remembers half of the one before: (1 + 0.5) / (1 - 0.5) = 3. */
    @Test
    void aLongSeriesShowsHowMuchItRemembers() {
        SplittableRandom random = new SplittableRandom(1);
        double[] series = new double[200_000];
        for (int i = 1; i < series.length; i++) {
            series[i] = 0.5 * series[i - 1] + random.nextGaussian();
        }

        double correlation = SerialCorrelation.of(new double[][] {series}, 0);

        assertThat(SerialCorrelation.varianceInflation(correlation)).isCloseTo(3, within(0.1));
    }
}
