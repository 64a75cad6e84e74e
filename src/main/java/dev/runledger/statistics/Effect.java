package dev.runledger.statistics;

import org.jspecify.annotations.Nullable;

/**
 * A difference of two arms, before it is judged.
 *
 * @param value candidate minus baseline
 * @param baselineVariance the baseline's part of the sampling variance of the value, dependence allowed for
 * @param candidateVariance the candidate's part
 * @param unresolved the variance of what more runs of this kind will not resolve, see {@link DifferenceModel}
 * @param designEffect by how much runs that resemble their neighbours, or those of their day, inflate the variance; at least 1
 * @param baselineRuns effective runs behind the value
 * @param candidateRuns likewise
 * @param driftPerWeek how fast the ratio moves within the arms, per 7 days
 * @param driftError its standard error; NaN if it was not fitted or cannot be estimated
 * @param weeksApart how much later the candidate's runs were than the baseline's
 * @param attribution what the plain difference is made up of; null if nothing is allowed for
 * @param forecast null if drift and mixes are not allowed for
 */
record Effect(
        double value,
        double baselineVariance,
        double candidateVariance,
        double unresolved,
        double degreesOfFreedom,
        double designEffect,
        double baselineRuns,
        double candidateRuns,
        double driftPerWeek,
        double driftError,
        double weeksApart,
        @Nullable Attribution attribution,
        @Nullable Forecast forecast) {

    Effect drifting(
            double allowingForIt, double perWeek, double error, double apart, Attribution parts, Forecast ahead) {
        return new Effect(
                allowingForIt,
                baselineVariance,
                candidateVariance,
                unresolved,
                degreesOfFreedom,
                designEffect,
                baselineRuns,
                candidateRuns,
                perWeek,
                error,
                apart,
                parts,
                ahead);
    }

    double variance() {
        return baselineVariance + candidateVariance + unresolved;
    }

    /**
     * Welch's degrees of freedom if runs were independent.
     *
     * @param growth how many times the runs that it has the candidate would have
     * @param shown how many times the runs that it has would show how much they vary
     */
    double freedom(double growth, double shown) {
        double candidate = candidateVariance / growth;
        double all = baselineVariance + candidate;
        double baselineShare = baselineVariance / all;
        double candidateShare = candidate / all;
        return 1
                / (baselineShare * baselineShare / Math.max(0.5, baselineRuns - 1)
                        + candidateShare * candidateShare / Math.max(0.5, candidateRuns * shown - 1));
    }
}
