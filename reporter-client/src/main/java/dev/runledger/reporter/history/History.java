package dev.runledger.reporter.history;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was found in old files: the runs, each once, and what could not be used. */
public final class History {

    private final List<PastRun> ended = new ArrayList<>();
    private final List<PastRun> neverEnded = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private int otherLines;

    /** Something that was not imported, and why. */
    public record Skipped(String where, String why) {}

    void add(PastRun run) {
        (run.endedAt() == null ? neverEnded : ended).add(run);
    }

    void skip(String where, String why) {
        skipped.add(new Skipped(where, why));
    }

    void ignoreLine() {
        otherLines++;
    }

    /** Lines of logs that are about something else. */
    public int otherLines() {
        return otherLines;
    }

    public List<Skipped> skipped() {
        return List.copyOf(skipped);
    }

    /** The runs in order of their start, what several lines say about one of them put together; those without a start are skipped. */
    List<PastRun> runs() {
        List<PastRun> merged = new ArrayList<>(mergeEnded());
        merged.addAll(neverEnded);
        List<PastRun> runs = new ArrayList<>();
        for (PastRun run : merged) {
            if (run.start() == null) {
                skip(run.where(), "nothing says when this run began");
            } else {
                runs.add(run);
            }
        }
        runs.sort(Comparator.comparing(PastRun::start));
        return runs;
    }

    /** Summaries say most, heartbeats know the start exactly, so they come first and the others fill their gaps. */
    private Collection<PastRun> mergeEnded() {
        NavigableMap<Instant, PastRun> byEnd = new TreeMap<>();
        Map<String, Instant> byName = new HashMap<>();
        ended.stream()
                .sorted(Comparator.comparingInt(run -> run.summary() != null ? 0 : run.startedAt() != null ? 1 : 2))
                .forEach(run -> {
                    Instant same = sameRun(byEnd, byName, run);
                    Instant key = same != null ? same : freeKey(byEnd, run.endedAt());
                    PastRun merged = same != null ? byEnd.get(same).with(run) : run;
                    byEnd.put(key, merged);
                    if (merged.clientRunId() != null) {
                        byName.put(merged.clientRunId(), key);
                    }
                });
        return byEnd.values();
    }

    /** Where another line about the same run is; null if there is none. */
    private static @Nullable Instant sameRun(
            NavigableMap<Instant, PastRun> byEnd, Map<String, Instant> byName, PastRun run) {
        Instant named = run.clientRunId() == null ? null : byName.get(run.clientRunId());
        if (named != null) {
            return named;
        }
        Instant end = run.endedAt();
        return byEnd.subMap(end.minus(PastRun.TOLERANCE), true, end.plus(PastRun.TOLERANCE), true).entrySet().stream()
                .filter(entry -> entry.getValue().isSameAs(run))
                .map(Map.Entry::getKey)
                .min(Comparator.comparing(key -> Duration.between(key, end).abs()))
                .orElse(null);
    }

    private static Instant freeKey(Map<Instant, PastRun> byEnd, Instant end) {
        Instant key = end;
        while (byEnd.containsKey(key)) {
            key = key.plusNanos(1);
        }
        return key;
    }
}
