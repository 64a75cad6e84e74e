package dev.runledger.analytics;

import dev.runledger.analytics.ChangeExplanations.Contribution;
import dev.runledger.analytics.ChangeExplanations.Explanation;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.statistics.Calibration;
import dev.runledger.statistics.ChangeDecomposition.Kind;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Histories of 60 runs before and 60 after, of 100 questions, that differ in every dimension at random. One value of one dimension
 * does worse from the middle on (RATE), or does worse all along and there is more of it (MIX).
 */
public final class PlantedCauses {

    private static final int RUNS = 60;
    private static final int QUESTIONS = 100;
    private static final Dimension OWN = new Dimension("model", null);
    private static final String PLANTED = "planted";
    private static final String STRICT = "0.9";

    static final List<Dimension> DIMENSIONS = List.of(
            Dimension.PROMPT_VERSION,
            Dimension.ARBITER_CONFIG,
            Dimension.ARBITER_THRESHOLD,
            Dimension.ENVIRONMENT,
            Dimension.TRIGGER,
            Dimension.PROVIDER,
            Dimension.TYPE,
            Dimension.DIFFICULTY,
            OWN);

    private final Simulation simulation;
    private final Dimension planted;
    private final Kind kind;
    private final Map<Dimension, Map<String, ClusterSums[]>> outcomes = new LinkedHashMap<>();

    private PlantedCauses(Simulation simulation, Dimension planted, Kind kind) {
        this.simulation = simulation;
        this.planted = planted;
        this.kind = kind;
    }

    /** What the calibration holds of them. */
    public static List<Calibration> all() {
        return DIMENSIONS.stream()
                .flatMap(dimension -> Stream.of(Kind.values())
                        .map(kind -> new Calibration(
                                "Explanations",
                                "%s %s is ranked first"
                                        .formatted(
                                                dimension.equals(OWN)
                                                        ? "a name of an own dimension"
                                                        : "a value of " + dimension.name(),
                                                kind == Kind.RATE
                                                        ? "that does 30 points worse"
                                                        : "that does 30 points worse all along and there is more of"),
                                95,
                                false,
                                5,
                                simulation -> isFirst(simulation, dimension, kind))))
                .toList();
    }

    private static boolean isFirst(Simulation simulation, Dimension dimension, Kind kind) {
        List<Contribution> causes = explain(simulation, dimension, kind).causes();
        return !causes.isEmpty()
                && causes.get(0).dimension().equals(dimension)
                && causes.get(0).part().kind() == kind
                && (kind == Kind.MIX && hasTwoValues(dimension)
                        || Set.of(PLANTED, STRICT)
                                .contains(String.valueOf(causes.get(0).part().key())));
    }

    /** So that more of the one is less of the other. */
    private static boolean hasTwoValues(Dimension dimension) {
        return dimension.isOfRuns() || dimension.equals(Dimension.ARBITER_THRESHOLD);
    }

    static Explanation explain(Simulation simulation, Dimension dimension, Kind kind) {
        return new PlantedCauses(simulation, dimension, kind).explain();
    }

    private Explanation explain() {
        List<RunCell> before = new ArrayList<>();
        List<RunCell> after = new ArrayList<>();
        for (Dimension dimension : List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.DIFFICULTY, OWN)) {
            outcomes.put(dimension, new TreeMap<>());
        }
        for (int run = 0; run < 2 * RUNS; run++) {
            (run < RUNS ? before : after).add(run(run, run >= RUNS));
        }
        Map<Dimension, List<Slice>> slices = new LinkedHashMap<>();
        outcomes.forEach((dimension, names) -> slices.put(dimension, ChangeSplit.slices(names)));
        return ChangeSplit.explain(Metric.APPROVAL_RATE, before, after, slices, 0.95);
    }

    /** How often the planted value is there. */
    private double share(Dimension dimension, boolean after) {
        boolean more = dimension.equals(planted) && kind == Kind.MIX;
        return more ? after ? 0.7 : 0.2 : 0.5;
    }

    private boolean isWorse(Dimension dimension, boolean after) {
        return dimension.equals(planted) && (kind == Kind.MIX || after);
    }

    private RunCell run(int run, boolean after) {
        double rate = 0.8 + 0.05 * simulation.gaussian();
        Map<Dimension, String> attributes = new HashMap<>();
        for (Dimension dimension : Dimension.OF_RUNS) {
            boolean there = random() < share(dimension, after);
            attributes.put(dimension, there ? PLANTED : "other");
            rate -= there && isWorse(dimension, after) ? 0.3 : 0;
        }
        boolean strict = random() < share(Dimension.ARBITER_THRESHOLD, after);
        rate -= strict && isWorse(Dimension.ARBITER_THRESHOLD, after) ? 0.3 : 0;
        Map<Dimension, Map<String, Double>> counts = new HashMap<>();
        for (Dimension dimension : List.of(Dimension.TYPE, Dimension.DIFFICULTY)) {
            double share = Math.min(1, Math.max(0, share(dimension, after) + 0.25 * simulation.gaussian()));
            long questions = Math.round(QUESTIONS * share);
            counts.put(
                    dimension,
                    Map.of(
                            PLANTED,
                            (double) questions,
                            "one",
                            (QUESTIONS - questions) / 2.0,
                            "other",
                            (QUESTIONS - questions) / 2.0));
            rate -= isWorse(dimension, after) ? 0.3 * questions / QUESTIONS : 0;
        }
        int[] providers = split(Dimension.PROVIDER, after);
        int[] models = split(OWN, after);
        counts.put(Dimension.PROVIDER, named(providers));
        long approved = 0;
        long[][] byName = new long[2][4];
        for (int question = 0; question < QUESTIONS; question++) {
            int provider = nth(providers, question);
            // Providers and models are mixed with each other.
            int model = nth(models, question * 37 % QUESTIONS);
            double own = rate
                    - (provider == 0 && isWorse(Dimension.PROVIDER, after) ? 0.3 : 0)
                    - (model == 0 && isWorse(OWN, after) ? 0.3 : 0);
            if (random() < own) {
                approved++;
                byName[0][provider]++;
                byName[1][model]++;
            }
        }
        addOutcomes(Dimension.PROVIDER, providers, byName[0], after);
        addOutcomes(OWN, models, byName[1], after);
        return new RunCell(
                Simulation.day(run / 3.0),
                null,
                attributes,
                1,
                strict ? 0.9 : 0.7,
                counts,
                Map.of(Metric.APPROVAL_RATE, ClusterSums.of(approved, QUESTIONS)));
    }

    private int[] split(Dimension dimension, boolean after) {
        int first = (int) Math.round(
                QUESTIONS * (dimension.equals(planted) && kind == Kind.MIX ? share(dimension, after) : 0.25));
        int rest = QUESTIONS - first;
        return new int[] {first, rest / 3, rest / 3, rest - 2 * (rest / 3)};
    }

    private static int nth(int[] counts, int question) {
        int name = 0;
        int end = counts[0];
        while (question >= end) {
            end += counts[++name];
        }
        return name;
    }

    private static String name(int name) {
        return name == 0 ? PLANTED : "n" + name;
    }

    private static Map<String, Double> named(int[] counts) {
        Map<String, Double> named = new TreeMap<>();
        for (int i = 0; i < counts.length; i++) {
            named.put(name(i), (double) counts[i]);
        }
        return named;
    }

    private void addOutcomes(Dimension dimension, int[] counts, long[] approved, boolean after) {
        for (int i = 0; i < counts.length; i++) {
            ChangeSplit.add(outcomes.get(dimension), after ? 1 : 0, name(i), ClusterSums.of(approved[i], counts[i]));
        }
    }

    private double random() {
        return simulation.uniform();
    }
}
