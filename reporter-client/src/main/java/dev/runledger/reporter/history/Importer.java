package dev.runledger.reporter.history;

import dev.runledger.reporter.delivery.Answer;
import dev.runledger.reporter.delivery.RunLookup;
import dev.runledger.reporter.delivery.Transport;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings past runs into the ledger, each once: its id comes from its content, and a run that the ledger knows from elsewhere (a live
 * reporter, another file) is left alone. So an import can be interrupted and repeated at will.
 */
public final class Importer {

    /** A process's start and its tracker's are not the same moment. */
    private static final Duration AROUND = Duration.ofSeconds(60);

    private static final Duration REST = Duration.ofSeconds(1);

    private final Transport transport;
    private final RunLookup lookup;
    private final Duration patience;
    private final @Nullable String environment;
    private final ExitCodes exitCodes;
    private final Set<UUID> taken = new HashSet<>();

    /**
     * @param patience how long to go on asking a server that is away
     * @param environment where the runs ran, if the files do not say
     * @param exitCodes what the exit codes of the pipeline meant
     */
    public Importer(
            Transport transport,
            RunLookup lookup,
            Duration patience,
            @Nullable String environment,
            ExitCodes exitCodes) {
        this.transport = transport;
        this.lookup = lookup;
        this.patience = patience;
        this.environment = environment;
        this.exitCodes = exitCodes;
    }

    /**
     * How an import went.
     *
     * @param known runs that were there already, and why they were taken for the same
     * @param stopped why it stopped before the end; null if it did not
     */
    public record Result(
            int imported,
            List<Same> known,
            List<History.Skipped> skipped,
            @Nullable String stopped) {}

    /** A run of history that the ledger has already. */
    public record Same(String where, UUID id, String why) {}

    /** @param progress is told after each run how many are done, of how many */
    public Result run(History history, Consumer<Progress> progress) throws InterruptedException {
        List<PastRun> runs = history.runs();
        // What other lines of history are about is no candidate for a run that only resembles it.
        runs.forEach(run -> taken.add(Payload.id(run.payload(environment, exitCodes))));
        List<History.Skipped> skipped = new ArrayList<>(history.skipped());
        int imported = 0;
        List<Same> known = new ArrayList<>();
        for (PastRun run : runs) {
            ObjectNode payload = run.payload(environment, exitCodes);
            Same same = known(run, payload);
            Answer answer = same != null ? null : send(payload);
            if (answer instanceof Answer.NotNow failure) {
                return new Result(imported, known, skipped, failure.why());
            }
            if (answer instanceof Answer.Refused refusal) {
                skipped.add(new History.Skipped(
                        run.where(),
                        refusal.reason().status() + " " + refusal.reason().detail()));
            } else if (same != null) {
                known.add(same);
            } else {
                imported++;
            }
            progress.accept(new Progress(
                    imported + known.size() + skipped.size() - history.skipped().size(), runs.size()));
        }
        return new Result(imported, known, skipped, null);
    }

    /** How far an import has got. */
    public record Progress(int done, int of) {}

    /** The run that the ledger has already: of the same id, or one that started and ended when this did; null if there is none. */
    private @Nullable Same known(PastRun run, ObjectNode payload) {
        UUID id = Payload.id(payload);
        try {
            if (lookup.has(id)) {
                return new Same(run.where(), id, "the same id");
            }
        } catch (IOException e) {
            // Then its times may tell.
        }
        RunLookup.Known same = sameTimes(run, payload);
        if (same == null) {
            return null;
        }
        taken.add(same.id());
        return new Same(
                run.where(),
                same.id(),
                "started " + same.startedAt() + (same.completedAt() == null ? "" : ", ended " + same.completedAt()));
    }

    /** Each run of the ledger is at most one of history's. */
    private RunLookup.@Nullable Known sameTimes(PastRun run, ObjectNode payload) {
        Instant start = run.start();
        String ran = payload.path("environment").asString("");
        try {
            return start == null
                    ? null
                    : lookup.startedBetween(start.minus(AROUND), start.plus(AROUND)).stream()
                            .filter(known -> !taken.contains(known.id()) && isSame(run, ran, known))
                            .min(Comparator.comparing(known ->
                                    Duration.between(start, known.startedAt()).abs()))
                            .orElse(null);
        } catch (IOException e) {
            // Then the ids alone keep the run from being there twice, and a server that is away will say so below.
            return null;
        }
    }

    private static boolean isSame(PastRun run, String environment, RunLookup.Known known) {
        if (!environment.isEmpty() && known.environment() != null && !environment.equals(known.environment())) {
            return false;
        }
        if (run.endedAt() == null || known.completedAt() == null) {
            return run.endedAt() == null
                    && known.completedAt() == null
                    && PastRun.isClose(run.start(), known.startedAt());
        }
        return PastRun.isClose(run.endedAt(), known.completedAt());
    }

    private Answer send(ObjectNode payload) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Answer answer = transport.send(Report.of(Kind.COMPLETION, Instant.now(), payload));
            if (!(answer instanceof Answer.NotNow failure)) {
                return answer;
            }
            Duration rest = failure.retryAfter() != null ? failure.retryAfter() : REST;
            if (System.nanoTime() + rest.toNanos() > deadline) {
                return answer;
            }
            Thread.sleep(rest.toMillis());
        }
    }
}
