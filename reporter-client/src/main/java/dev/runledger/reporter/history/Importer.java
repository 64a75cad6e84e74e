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
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings past runs into the ledger, each once: its id comes from its content, and a run that the ledger knows from elsewhere (a live
 * reporter, another file) is left alone. So an import can be interrupted and repeated at will.
 */
public final class Importer {

    private static final Duration AROUND = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(1);

    private final Transport transport;
    private final RunLookup lookup;
    private final Duration patience;
    private final @Nullable String environment;
    private final ExitCodes exitCodes;

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
     * @param known runs that were there already
     * @param stopped why it stopped before the end; null if it did not
     */
    public record Result(
            int imported,
            int known,
            List<History.Skipped> skipped,
            @Nullable String stopped) {}

    /** @param progress is told after each run how many are done, of how many */
    public Result run(History history, Consumer<Progress> progress) throws InterruptedException {
        List<PastRun> runs = history.runs();
        List<History.Skipped> skipped = new ArrayList<>(history.skipped());
        int imported = 0;
        int known = 0;
        for (PastRun run : runs) {
            ObjectNode payload = run.payload(environment, exitCodes);
            Answer answer = isKnown(run, payload) ? null : send(payload);
            if (answer instanceof Answer.NotNow failure) {
                return new Result(imported, known, skipped, failure.why());
            }
            if (answer instanceof Answer.Refused refusal) {
                skipped.add(new History.Skipped(
                        run.where(),
                        refusal.reason().status() + " " + refusal.reason().detail()));
            } else if (answer == null) {
                known++;
            } else {
                imported++;
            }
            progress.accept(new Progress(
                    imported + known + skipped.size() - history.skipped().size(), runs.size()));
        }
        return new Result(imported, known, skipped, null);
    }

    /** How far an import has got. */
    public record Progress(int done, int of) {}

    /** Whether the ledger has this run, by its id or by having started and ended when it did. */
    private boolean isKnown(PastRun run, ObjectNode payload) {
        Instant start = run.start();
        if (start == null) {
            return false;
        }
        UUID id = Payload.id(payload);
        String ran = payload.path("environment").asString("");
        try {
            return lookup.startedBetween(start.minus(AROUND), start.plus(AROUND)).stream()
                    .anyMatch(known -> known.id().equals(id) || isSame(run, ran, known));
        } catch (IOException e) {
            // Then the ids alone keep the run from being there twice, and a server that is away will say so below.
            return false;
        }
    }

    private static boolean isSame(PastRun run, String environment, RunLookup.Known known) {
        if (!environment.isEmpty() && known.environment() != null && !environment.equals(known.environment())) {
            return false;
        }
        if (run.endedAt() == null || known.completedAt() == null) {
            return run.endedAt() == null && known.completedAt() == null;
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
