package dev.runledger.statistics;

import org.jspecify.annotations.Nullable;

/**
 * How much less runs say than their number: neighbours resemble each other, and so do runs of one day. Both are estimated from the
 * runs, and the worse of the two counts.
 *
 * @param designEffect by how much the variance of the difference exceeds that of independent runs, at least 1
 * @param degreesOfFreedom of the variance
 * @param baselineVariance the baseline's part of the variance, the design effect allowed for
 * @param candidateVariance the candidate's part
 * @see <a href="https://doi.org/10.1093/biomet/73.1.13">Liang and Zeger (1986), longitudinal data analysis</a>
 * @see <a href="https://doi.org/10.2307/3001616">Satterthwaite (1946), approximate distribution of variance components</a>
 */
record Dependence(double designEffect, double degreesOfFreedom, double baselineVariance, double candidateVariance) {
    private static final double ROUNDING_TOLERANCE = 1e-6;

    /** Null if an arm has too few effective runs. */
    static @Nullable Dependence of(Arm baseline, Arm candidate, double parameters, Scale scale) {
        double runs = baseline.effectiveRuns() + candidate.effectiveRuns();
        double ofBaseline = 1 + (parameters - 2) * baseline.effectiveRuns() / runs;
        double ofCandidate = 1 + (parameters - 2) * candidate.effectiveRuns() / runs;
        double freedomOfBaseline = baseline.effectiveRuns() - ofBaseline;
        double freedomOfCandidate = candidate.effectiveRuns() - ofCandidate;
        if (!(Math.min(freedomOfBaseline, freedomOfCandidate) > ROUNDING_TOLERANCE)) {
            return null;
        }
        double varianceOfBaseline = variance(baseline, ofBaseline, scale);
        double varianceOfCandidate = variance(candidate, ofCandidate, scale);
        // Without the second one, 3 runs against 30 raise a false alarm in 8 to 12 % of cases.
        double freedom = Math.min(
                varianceOfBaseline + varianceOfCandidate == 0
                        ? Double.POSITIVE_INFINITY
                        : satterthwaite(varianceOfBaseline, freedomOfBaseline, varianceOfCandidate, freedomOfCandidate),
                satterthwaite(baseline.equalNoise(), freedomOfBaseline, candidate.equalNoise(), freedomOfCandidate));
        double neighbours = baseline.ofSingleRuns() && candidate.ofSingleRuns()
                ? SerialCorrelation.varianceInflation(SerialCorrelation.of(
                        new double[][] {baseline.residualsByRun(), candidate.residualsByRun()}, parameters))
                : 1;
        double daysOfBaseline = baseline.effectiveDays() - ofBaseline;
        double daysOfCandidate = candidate.effectiveDays() - ofCandidate;
        double independent = baseline.varianceByRuns(ofBaseline) + candidate.varianceByRuns(ofCandidate);
        double days = independent == 0 || !(Math.min(daysOfBaseline, daysOfCandidate) > ROUNDING_TOLERANCE)
                ? 0
                : (baseline.varianceByDays(ofBaseline) + candidate.varianceByDays(ofCandidate))
                        / independent
                        * SerialCorrelation.varianceInflation(ofDays(baseline, candidate, parameters));
        double effect = Math.max(neighbours, days);
        double freedomLeft = freedom / neighbours;
        if (days > neighbours) {
            double freedomOfDays =
                    satterthwaite(baseline.equalNoise(), daysOfBaseline, candidate.equalNoise(), daysOfCandidate);
            double doubt = Math.min(1, days - 1);
            freedomLeft = doubt * Math.min(freedom, freedomOfDays) + (1 - doubt) * freedom;
        }
        return new Dependence(effect, freedomLeft, effect * varianceOfBaseline, effect * varianceOfCandidate);
    }

    /** An arm's part of the difference's variance if runs were independent; that of a rate near its ends is not taken for certain. */
    private static double variance(Arm arm, double parameters, Scale scale) {
        Double cautious = Difference.variance(arm.sums(), scale);
        Double plain = arm.sums().variance();
        double seen = arm.varianceByRuns(parameters);
        if (cautious == null || plain == null) {
            return seen;
        }
        return plain == 0 ? cautious * arm.sums().effectiveRuns() / arm.effectiveRuns() : seen * cautious / plain;
    }

    /**
     * The correlation of successive days, drawn towards 0 as far as chance alone may show as much: the variance by days is estimated
     * from few of them already.
     */
    private static double ofDays(Arm baseline, Arm candidate, double parameters) {
        double[][] residuals = {baseline.residualsByDay(), candidate.residualsByDay()};
        double correlation = SerialCorrelation.of(residuals, parameters);
        int days = residuals[0].length + residuals[1].length;
        double certain = correlation == 0 ? 0 : 1 - 0.5 / (days * correlation * correlation);
        return correlation * Math.max(0, certain) * Math.min(1, Math.max(0, (days - 10) / 30.0));
    }

    private static double satterthwaite(double variance1, double freedom1, double variance2, double freedom2) {
        double sum = variance1 + variance2;
        double share1 = variance1 / sum;
        double share2 = variance2 / sum;
        return 1 / (share1 * share1 / freedom1 + share2 * share2 / freedom2);
    }
}
