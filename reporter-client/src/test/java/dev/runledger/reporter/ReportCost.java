package dev.runledger.reporter;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Measures what a call costs the pipeline while the server is dead. Not a test, because time is nothing to assert:
 * {@code mvn -q test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=dev.runledger.reporter.ReportCost}.
 */
public final class ReportCost {

    private ReportCost() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("report-cost");
        List<ReportedSummary> summaries =
                Files.readAllLines(Path.of("src/test/resources/history/summaries.jsonl")).stream()
                        .map(line -> ReportedSummary.of(Json.readSummary(line)))
                        .toList();
        // Port 9 refuses at once.
        try (RunReporter reporter = RunReporter.with(
                ReporterSettings.of(URI.create("http://127.0.0.1:9"), "key").withSpool(folder))) {
            measure(reporter, summaries, "first call", 1);
            measure(reporter, summaries, "next 200 calls", 200);
            measure(reporter, summaries, "up to 5,000 waiting", 4_800);
            measure(reporter, summaries, "up to 10,000 waiting", 4_998);
        }
        System.exit(0);
    }

    private static void measure(RunReporter reporter, List<ReportedSummary> summaries, String what, int calls) {
        double[] millis = new double[calls];
        for (int i = 0; i < calls; i++) {
            ReportedSummary reported = summaries.get(i % summaries.size());
            Map<String, Object> summary = Json.toMap(reported.summary());
            long before = System.nanoTime();
            reporter.report(summary, 0, reported.context().withClientRunId(null));
            millis[i] = (System.nanoTime() - before) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(
                "%-22s median %6.2f ms   99 %% %6.2f ms   worst %6.2f ms%n",
                what, millis[calls / 2], millis[(int) (calls * 0.99)], millis[calls - 1]);
    }
}
