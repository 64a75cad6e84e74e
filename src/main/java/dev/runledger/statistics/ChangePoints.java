package dev.runledger.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the level of a metric changed for good, or for at least five observations: the clearest shift first, then the same
 * on both sides of it.
 *
 * <p>The same history always gives the same answer. A slow trend looks like stairs: read change points beside the trend.
 * Observations that resemble their neighbours count for less, as far as the series shows it, but not fully:
 * {@code docs/calibration.md} has how seldom unchanged histories raise an alarm.
 *
 * @param observations how many had a numerator or denominator; fewer than {@link #MIN_OBSERVATIONS} cannot be searched
 * @param changes in order of time
 */
public record ChangePoints(int observations, List<ChangePoint> changes) {
    public static final int MIN_OBSERVATIONS = 2 * SplitSeries.MIN_POINTS_PER_LEVEL;
    /** Bounds the time of a search, about half a second at most. */
    public static final int MAX_OBSERVATIONS = 2_000;

    /**
     * Chance of any false alarm in a history without change. Stricter than the usual 5 %, because change points are shown
     * unasked and neighbouring runs are seldom quite independent.
     */
    private static final double SIGNIFICANCE = 0.02;

    public ChangePoints {
        changes = List.copyOf(changes);
    }

    public boolean enoughData() {
        return observations >= MIN_OBSERVATIONS;
    }

    /**
     * @param history in any order; buckets should be of equal length, empty ones are left out
     * @param confidence in (0, 1), of the intervals of the levels; the search itself always errs in 2 % of histories
     * @throws IllegalArgumentException with more than {@link #MAX_OBSERVATIONS}, or a confidence not in (0, 1)
     */
    public static ChangePoints find(List<Observation> history, Scale scale, double confidence) {
        if (history.size() > MAX_OBSERVATIONS) {
            throw new IllegalArgumentException(
                    "Expected at most %d observations, found %d".formatted(MAX_OBSERVATIONS, history.size()));
        }
        List<Observation> valued = history.stream()
                .filter(observation -> observation.sums().runs() > 0)
                .sorted(Comparator.comparing(Observation::at))
                .toList();
        List<LevelShift> shifts = new Search(valued).shifts();
        List<ChangePoint> changes = new ArrayList<>();
        for (int i = 0; i < shifts.size(); i++) {
            int from = i == 0 ? 0 : shifts.get(i - 1).index();
            int at = shifts.get(i).index();
            int to = i + 1 == shifts.size() ? valued.size() : shifts.get(i + 1).index();
            changes.add(new ChangePoint(
                    valued.get(at).at(),
                    level(valued.subList(from, at), scale, confidence),
                    level(valued.subList(at, to), scale, confidence),
                    1 - shifts.get(i).pValue()));
        }
        return new ChangePoints(valued.size(), changes);
    }

    private static @Nullable Estimate level(List<Observation> observations, Scale scale, double confidence) {
        ClusterSums sums = observations.stream().map(Observation::sums).reduce(ClusterSums.NONE, ClusterSums::plus);
        return Estimate.of(sums, scale, confidence);
    }

    /** Binary segmentation. Each part is granted its share of the chance of a false alarm. */
    private record Search(double[] x, double[] m) {
        Search(List<Observation> history) {
            this(
                    history.stream()
                            .mapToDouble(observation -> observation.sums().x().doubleValue())
                            .toArray(),
                    history.stream()
                            .mapToDouble(observation -> observation.sums().m().doubleValue())
                            .toArray());
        }

        List<LevelShift> shifts() {
            List<LevelShift> shifts = new ArrayList<>();
            search(0, x.length, shifts);
            return shifts;
        }

        private void search(int from, int to, List<LevelShift> shifts) {
            LevelShift shift = LevelShift.find(
                    Arrays.copyOfRange(x, from, to),
                    Arrays.copyOfRange(m, from, to),
                    SIGNIFICANCE * (to - from) / x.length);
            if (shift != null) {
                int index = from + shift.index();
                search(from, index, shifts);
                shifts.add(new LevelShift(index, shift.pValue()));
                search(index, to, shifts);
            }
        }
    }
}
