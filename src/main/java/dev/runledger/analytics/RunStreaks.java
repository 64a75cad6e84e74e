package dev.runledger.analytics;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;
import static java.util.stream.Collectors.joining;

import dev.runledger.rollup.Grain;
import dev.runledger.rollup.Slices;
import dev.runledger.rollup.Slices.Slice;
import dev.runledger.rollup.StreakDays;
import dev.runledger.rollup.StreakSegment;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Runs in a row, in order of their start, with little success: from days that are counted already, and from the runs
 * themselves in between.
 */
@Service
public class RunStreaks {

    /** A string of letters for each gap, as in {@link StreakSegment#of}. The subquery's order is what string_agg meets them in. */
    private static final String LETTERS = """
            SELECT coalesce(judged.letters, '') AS letters
              FROM unnest((SELECT CAST(:gap_from AS timestamptz[])), (SELECT CAST(:gap_to AS timestamptz[])))
                   WITH ORDINALITY AS gap(beginning, ending, number)
              CROSS JOIN LATERAL (
                  SELECT string_agg(letter, '') AS letters
                    FROM (SELECT %s AS letter
                            FROM question_generation_runs run
                           WHERE %s AND run.started_at >= gap.beginning AND run.started_at < gap.ending AND %s
                           ORDER BY run.started_at, run.id) run
              ) judged
             ORDER BY gap.number
            """;

    private static final String PERIOD = """
            SELECT min(started_at) AS first, max(started_at) AS last
              FROM (SELECT run.started_at
                      FROM question_generation_runs run
                     WHERE %s AND run.started_at >= CAST(:segment_from AS timestamptz) AND %s
                     ORDER BY run.started_at, run.id
                     LIMIT :length OFFSET :offset) streak
            """;

    private final StreakDays days;
    private final JdbcClient jdbc;

    RunStreaks(StreakDays days, JdbcClient jdbc) {
        this.days = days;
        this.jdbc = jdbc;
    }

    /**
     * @param runs that were looked at
     * @param current how many of the latest runs in a row
     * @param longest how many in the longest row, 0 if there is none
     * @param longestFrom start of that row's first run; of rows as long, the one that came first
     * @param longestTo start of its last run
     */
    public record Streaks(
            long runs,
            int current,
            int longest,
            @Nullable OffsetDateTime longestFrom,
            @Nullable OffsetDateTime longestTo) {}

    /** The rows of runs whose questions inserted / requested are less than {@code below}. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Streaks streaks(RunFilter filter, double below) {
        RunCondition condition = RunCondition.of(filter);
        long runs = 0;
        int current = 0;
        int longest = 0;
        Place currentAt = new Place(null, 0);
        Place longestAt = currentAt;
        for (StreakSegment segment : segments(filter, condition, below)) {
            runs += segment.runs();
            if (current == 0) {
                currentAt = new Place(segment.from(), 0);
            }
            current += segment.firstLow();
            if (current > longest) {
                longest = current;
                longestAt = currentAt;
            }
            if (segment.longest() > longest) {
                longest = segment.longest();
                longestAt = new Place(segment.from(), segment.longestAt());
            }
            if (!segment.isLowThroughout()) {
                current = segment.lastLow();
                currentAt = new Place(segment.from(), segment.runs() - segment.lastLow());
            }
        }
        Period period = longest == 0
                ? new Period(null, null)
                : jdbc.sql(PERIOD.formatted(StreakSegment.JUDGED, condition.sql()))
                        .params(condition.parameters())
                        .param("segment_from", Slices.from(new Slice(null, longestAt.from(), null)))
                        .param("length", longest)
                        .param("offset", longestAt.offset())
                        .query(Period.class)
                        .single();
        return new Streaks(runs, current, longest, period.first(), period.last());
    }

    /** A run, by how many come before it from a moment on. */
    private record Place(@Nullable Instant from, int offset) {}

    private record Period(
            @Nullable OffsetDateTime first, @Nullable OffsetDateTime last) {}

    /** In order of time, and without a gap: the days that are counted, and what lies between. */
    private List<StreakSegment> segments(RunFilter filter, RunCondition condition, double below) {
        List<StreakSegment> segments = new ArrayList<>(days.counted(filter, below));
        List<Slice> gaps = gaps(filter, segments);
        List<String> letters = jdbc.sql(LETTERS.formatted(StreakSegment.LETTER, StreakSegment.JUDGED, condition.sql()))
                .params(condition.parameters())
                .param("below", below)
                .param("gap_from", gaps.stream().map(Slices::from).collect(joining(",", "{", "}")))
                .param("gap_to", gaps.stream().map(Slices::to).collect(joining(",", "{", "}")))
                .query(String.class)
                .list();
        for (int i = 0; i < gaps.size(); i++) {
            segments.add(StreakSegment.of(gaps.get(i).from(), letters.get(i)));
        }
        segments.sort(comparing(StreakSegment::from, nullsFirst(naturalOrder())));
        return segments;
    }

    private static List<Slice> gaps(RunFilter filter, List<StreakSegment> days) {
        List<Slice> gaps = new ArrayList<>();
        Instant from = filter.from();
        for (StreakSegment day : days) {
            if (!day.from().equals(from)) {
                gaps.add(new Slice(null, from, day.from()));
            }
            from = Grain.DAY.after(day.from());
        }
        if (from == null || !from.equals(filter.to())) {
            gaps.add(new Slice(null, from, filter.to()));
        }
        return gaps;
    }
}
