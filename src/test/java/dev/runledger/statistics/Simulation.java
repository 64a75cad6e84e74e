package dev.runledger.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Random runs and series with known truth. */
public final class Simulation {
    private static final int MANY_QUESTIONS = 400;
    private static final double TYPICAL_DEVIATION = 0.1;

    private final Random random;

    public Simulation(long seed) {
        random = new Random(seed);
    }

    public double uniform() {
        return random.nextDouble();
    }

    public double gaussian() {
        return random.nextGaussian();
    }

    /** A run of so many questions, each approved with probability {@code rate}; beta-binomial. */
    public ClusterSums run(double rate, int questions, double correlation) {
        double weight = (1 - correlation) / correlation;
        double approvals = gamma(rate * weight);
        double own = approvals / (approvals + gamma((1 - rate) * weight));
        if (questions > MANY_QUESTIONS) {
            double approved = questions * own + Math.sqrt(questions * own * (1 - own)) * gaussian();
            return ClusterSums.of(Math.max(0, Math.min(questions, Math.round(approved))), questions);
        }
        int approved = 0;
        for (int question = 0; question < questions; question++) {
            approved += random.nextDouble() < own ? 1 : 0;
        }
        return ClusterSums.of(approved, questions);
    }

    public ClusterSums run(double rate, double correlation) {
        return run(rate, 50, correlation);
    }

    /** Runs of log-normal size with a median of 50 questions. */
    ClusterSums runOfAnySize(double rate, double correlation) {
        return run(rate, (int) Math.max(1, Math.round(50 * Math.exp(gaussian()))), correlation);
    }

    /** @see <a href="https://doi.org/10.1145/358407.358414">Marsaglia and Tsang (2000), generating gamma variables</a> */
    private double gamma(double shape) {
        if (shape < 1) {
            return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
        }
        double d = shape - 1 / 3.0;
        while (true) {
            double normal = gaussian();
            double v = Math.pow(1 + normal / Math.sqrt(9 * d), 3);
            if (v > 0 && Math.log(random.nextDouble()) < normal * normal / 2 + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }

    /** Standard deviations, each of which remembers so much of the one before. */
    double[] remembering(int points, double correlation) {
        double[] series = new double[points];
        series[0] = gaussian();
        for (int i = 1; i < points; i++) {
            series[i] = correlation * series[i - 1] + Math.sqrt(1 - correlation * correlation) * gaussian();
        }
        return series;
    }

    /** A run of 50 questions about a rate of 0.7, so many typical deviations off. */
    static ClusterSums deviating(double deviation) {
        long approved = Math.round(50 * (0.7 + TYPICAL_DEVIATION * deviation));
        return ClusterSums.of(Math.max(0, Math.min(50, approved)), 50);
    }

    public static Instant day(double day) {
        return History.START.plus(
                Duration.ofMillis(Math.round(day * Duration.ofDays(1).toMillis())));
    }
}
