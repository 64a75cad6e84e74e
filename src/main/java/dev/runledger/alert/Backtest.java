package dev.runledger.alert;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What a rule would have said of runs that the ledger knows. */
@Service
public class Backtest {

    /** So many runs are put through a rule, at most. */
    public static final int MAX_RUNS = 100_000;

    private static final double SECONDS_A_YEAR = 365.25 * 86_400;

    private final RunValues values;

    Backtest(RunValues values) {
        this.values = values;
    }

    /**
     * What came of it.
     *
     * @param runs of the scope
     * @param firings in order
     * @param firingsPerYear null if the runs started within a day
     * @param state after the last run
     */
    public record Result(
            int runs, List<Firing> firings, @Nullable Double firingsPerYear, AlertState state) {}

    /**
     * Puts the runs of the rule's scope through it.
     *
     * @throws TooManyRunsException beyond {@link #MAX_RUNS}
     */
    public Result run(RuleDefinition rule) {
        List<RunValue> runs = values.last(rule, MAX_RUNS + 1);
        if (runs.size() > MAX_RUNS) {
            throw new TooManyRunsException();
        }
        Replay replay = Replay.of(rule, runs, false, 0);
        return new Result(
                runs.size(), replay.firings(), perYear(replay.firings().size(), runs), replay.state());
    }

    private static @Nullable Double perYear(int firings, List<RunValue> runs) {
        if (runs.isEmpty()) {
            return null;
        }
        Duration span = Duration.between(
                runs.get(0).startedAt(), runs.get(runs.size() - 1).startedAt());
        return span.toDays() < 1 ? null : firings * SECONDS_A_YEAR / span.toSeconds();
    }

    /** The rule's scope has more runs than can be put through it at once. */
    public static final class TooManyRunsException extends RuntimeException {

        TooManyRunsException() {
            super("The rule's scope has more than %d runs; ask for a shorter period".formatted(MAX_RUNS));
        }
    }
}
