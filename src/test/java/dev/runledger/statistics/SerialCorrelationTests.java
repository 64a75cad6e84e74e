package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialCorrelationTests {
    /**
     * r = 0.4467 is below its threshold of 1.645 * sqrt(3 / 40) = 0.4505 with noise of 0.1, and clearly above it with less:
     * <pre>
     * s = [round(sin(.4 * i) + ((i*i*7) % 11 - 5) * noise, 3) for i in range(40)]
     * one, two = (sorted((s[i] - s[i-k])**2 for i in range(2, 40))[:34] for k in (1, 2))
     * sum(two) / sum(one) - 1
     * </pre>
     */
    @Test
    void onlyAClearMemoryCounts() {
        assertThat(SerialCorrelation.varianceInflation(wave(0.1))).isEqualTo(1);
        assertThat(SerialCorrelation.varianceInflation(wave(0.05))).isCloseTo(1.9 / 0.1, within(1e-9));
    }

    @Test
    void shortSeriesAndConstantOnesHaveNone() {
        assertThat(SerialCorrelation.varianceInflation(new double[29])).isEqualTo(1);
        assertThat(SerialCorrelation.varianceInflation(new double[100])).isEqualTo(1);
    }

    /** Each point remembers half of the one before: (1 + 0.5) / (1 - 0.5) = 3. */
    @Test
    void aLongSeriesShowsHowMuchItRemembers() {
        SplittableRandom random = new SplittableRandom(1);
        double[] series = new double[200_000];
        for (int i = 1; i < series.length; i++) {
            series[i] = 0.5 * series[i - 1] + random.nextGaussian();
        }

        assertThat(SerialCorrelation.varianceInflation(series)).isCloseTo(3, within(0.1));
    }

    @Test
    void aShiftOfTheLevelIsNoMemory() {
        double[] series = IntStream.range(0, 60)
                .mapToDouble(i -> (i < 30 ? 0 : 100) + i * 7 % 5)
                .toArray();

        assertThat(SerialCorrelation.varianceInflation(series)).isEqualTo(1);
    }

    private static double[] wave(double noise) {
        return IntStream.range(0, 40)
                .mapToDouble(i -> Math.sin(0.4 * i) + (i * i * 7 % 11 - 5) * noise)
                .toArray();
    }
}
