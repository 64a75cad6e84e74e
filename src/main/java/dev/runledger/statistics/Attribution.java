package dev.runledger.statistics;

import java.util.List;
import java.util.Map;

/**
 * What the plain difference of two arms is made up of, as the model sees it: the parts add up to it.
 *
 * @param candidate what the candidate does, like for like
 * @param strata level and shares of each stratum: what it adds is level x (share of the candidate - share of the baseline)
 * @param mixes what each mix's shares add, in the order of the cells'
 * @param settings what each setting adds, likewise
 * @param drift what time adds
 */
public record Attribution(
        double candidate, Map<String, Stratum> strata, List<Double> mixes, List<Double> settings, double drift) {

    public Attribution {
        strata = Map.copyOf(strata);
        mixes = List.copyOf(mixes);
        settings = List.copyOf(settings);
    }

    /** @param moved share of the candidate's denominator less share of the baseline's */
    public record Stratum(double level, double moved) {
        public double value() {
            return level * moved;
        }
    }

    /** What all strata add together. */
    public double ofStrata() {
        return strata.values().stream().mapToDouble(Stratum::value).sum();
    }
}
