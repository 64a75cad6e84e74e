package dev.runledger.statistics;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One side of a comparison: what its cells weigh in the difference, and how far they are off the model. */
final class Arm {

    /** All cells of a day. */
    private static final class Day {
        private double weight;
        private double score;
        private double m;
        private double residual;
    }

    private final Map<LocalDate, Day> days = new TreeMap<>();
    private final List<Double> residuals = new ArrayList<>();
    private ClusterSums sums = ClusterSums.NONE;
    private boolean singleRuns = true;
    private double weight;
    private double squaredWeight;
    private double share;
    private double squares;

    /**
     * Adds a run, or several, later than the ones before.
     *
     * @param influence what a unit of x weighs in the difference
     * @param residual x less what the model expects
     * @param squared the sum of the squares of the residuals of single runs
     */
    void add(Observation observation, double influence, double residual, double squared) {
        ClusterSums cell = observation.sums();
        double m = cell.m().doubleValue();
        sums = sums.plus(cell);
        singleRuns &= cell.runs() <= 1;
        weight += Math.abs(influence) * m;
        squaredWeight += influence * influence * cell.mm().doubleValue();
        share += influence * influence * m;
        squares += influence * influence * squared;
        if (m > 0) {
            residuals.add(residual / Math.sqrt(m));
        }
        Day day = days.computeIfAbsent(day(observation.at()), date -> new Day());
        day.weight += Math.abs(influence) * m;
        day.score += influence * residual;
        day.m += m;
        day.residual += residual;
    }

    private static LocalDate day(Instant moment) {
        return moment.atZone(ZoneOffset.UTC).toLocalDate();
    }

    ClusterSums sums() {
        return sums;
    }

    double m() {
        return sums.m().doubleValue();
    }

    boolean ofSingleRuns() {
        return singleRuns;
    }

    /** How many runs of equal weight would say as much about the difference. */
    double effectiveRuns() {
        return squaredWeight == 0 ? 0 : weight * weight / squaredWeight;
    }

    double effectiveDays() {
        double all = 0;
        double squared = 0;
        for (Day day : days.values()) {
            all += day.weight;
            squared += day.weight * day.weight;
        }
        return squared == 0 ? 0 : all * all / squared;
    }

    /** The arm's part of the difference's variance if all of its runs were equally noisy, but for a factor. */
    double equalNoise() {
        return share;
    }

    /** The arm's part of the difference's variance, if runs are independent and the model takes so many parameters of it. */
    double varianceByRuns(double parameters) {
        return squares * correction(effectiveRuns(), parameters);
    }

    /** The same, if only days are independent. */
    double varianceByDays(double parameters) {
        double scores = 0;
        for (Day day : days.values()) {
            scores += day.score * day.score;
        }
        return scores * correction(effectiveDays(), parameters);
    }

    private static double correction(double effective, double parameters) {
        return effective / (effective - parameters);
    }

    double[] residualsByRun() {
        return residuals.stream().mapToDouble(Double::doubleValue).toArray();
    }

    double[] residualsByDay() {
        return days.values().stream()
                .filter(day -> day.m > 0)
                .mapToDouble(day -> day.residual / Math.sqrt(day.m))
                .toArray();
    }
}
