package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.spool.Dropped;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Retry;
import dev.runledger.reporter.spool.Spool;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what waits, what fails, what was refused and why, and what was dropped. */
@Command(
        name = "status",
        description = "Prints what waits, what fails and why, what is in quarantine and why, and what was dropped.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final int MOST_SHOWN = 20;

    @Mixin
    private final Connection connection = new Connection();

    @Override
    public Integer call() throws Exception {
        ReporterSettings settings = connection.settings();
        Spool spool = Spool.open(settings.spool(), settings.bounds(), Clock.systemUTC());
        List<ReportName> waiting = spool.queue().names();
        Map<String, Reason> quarantine = spool.quarantine().contents();
        Dropped dropped = spool.dropped();
        System.out.printf("spool: %s%n", spool.root());
        System.out.printf(
                "waiting: %d (%d starts, %d completions, %d bytes)%n",
                waiting.size(),
                count(waiting, Kind.START),
                count(waiting, Kind.COMPLETION),
                waiting.stream().mapToLong(ReportName::bytes).sum());
        if (!waiting.isEmpty()) {
            System.out.printf(
                    "oldest waits since: %s%n",
                    Instant.EPOCH.plus(waiting.get(0).micros(), ChronoUnit.MICROS));
        }
        Map<ReportName, Retry> failing = spool.retries().all();
        failing.keySet().retainAll(waiting);
        System.out.printf("failing: %d%n", failing.size());
        failing.entrySet().stream()
                .limit(MOST_SHOWN)
                .forEach(failed -> System.out.printf(
                        "  %s: %d attempts since %s%s, next %s: %s%n",
                        failed.getKey(),
                        failed.getValue().attempts(),
                        failed.getValue().firstFailedAt(),
                        failed.getValue().aloneSince() == null
                                ? ""
                                : ", alone since " + failed.getValue().aloneSince(),
                        failed.getValue().nextAttemptAt(),
                        failed.getValue().error()));
        if (failing.size() > MOST_SHOWN) {
            System.out.printf("  and %d more%n", failing.size() - MOST_SHOWN);
        }
        System.out.printf("open runs: %d%n", spool.openRuns().count());
        System.out.printf("half-written: %d%n", spool.unfinished());
        System.out.printf(
                "dropped: %d (%d starts, %d completions, %d from quarantine)%n",
                dropped.total(), dropped.starts(), dropped.completions(), dropped.quarantined());
        System.out.printf("quarantine: %d%n", quarantine.size());
        quarantine.forEach((name, reason) -> System.out.printf(
                "  %s: %s%s%n", name, reason.status() == null ? "" : reason.status() + " ", reason.detail()));
        return waiting.isEmpty() && quarantine.isEmpty() ? 0 : 1;
    }

    private static long count(List<ReportName> names, Kind kind) {
        return names.stream().filter(name -> name.kind() == kind).count();
    }
}
