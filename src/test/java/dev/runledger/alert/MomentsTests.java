package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.search.RunFilter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules that go by the clock find in histories, at any time. */
class MomentsTests {

    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final Duration GRACE = Duration.ofMinutes(40);

    private final Random random = new Random(20261126);

    /** Clocks are changed in four of these zones, by an hour or half an hour, in either half of the year, some at midnight. */
    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2", "America/New_York, 2", "Australia/Lord_Howe, 2", "Asia/Kolkata, 2", "Africa/Cairo, 0",
        "Europe/Berlin, 9", "America/New_York, 1", "Australia/Lord_Howe, 1", "Asia/Kolkata, 23", "Africa/Cairo, 23"
    })
    void inTwoYearsJustTheMissingRunsAreFoundWhateverTheClocksDo(ZoneId zone, int hour) {
        List<TimedRun> runs = new ArrayList<>();
        List<LocalDate> left = new ArrayList<>();
        LocalDate first = LocalDate.of(2026, 1, 1);
        LocalDate last = first.plusYears(2).minusDays(1);
        for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
            Instant due = day.atTime(LocalTime.of(hour, 30)).atZone(zone).toInstant();
            boolean isAfterRun = left.isEmpty() || !left.get(left.size() - 1).equals(day.minusDays(1));
            if (!day.equals(first) && !day.equals(last) && isAfterRun && random.nextInt(20) == 0) {
                left.add(day);
            } else {
                runs.add(run(due.plusSeconds(random.nextInt(-540, 540)), Duration.ofMinutes(5)));
            }
        }
        Instant now = runs.get(runs.size() - 1).startedAt().plus(Duration.ofHours(12));

        List<Firing> firings = firings(missing("30 %d * * *".formatted(hour), zone), runs, now);

        assertThat(left).hasSizeGreaterThan(20);
        assertThat(firings)
                .extracting(firing -> firing.firedAt().minus(GRACE).atZone(zone).toLocalDate())
                .containsExactlyElementsOf(left);
        assertThat(firings)
                .allSatisfy(firing -> assertThat(firing.resolvedBy().isRun()).isTrue());
        assertThat(Moments.missedStarts(missing("30 %d * * *".formatted(hour), zone), runs, null, now, 1000))
                .extracting(start -> start.atZone(zone).toLocalDate())
                .containsExactlyElementsOf(left);
    }

    @Test
    void ofALongGapEachTimeIsMissedAndOnlyTheLastWhatIsOverdue() {
        List<TimedRun> runs = new ArrayList<>();
        for (int hour = 0; hour < 12; hour++) {
            runs.add(run(START.plus(Duration.ofHours(hour)), Duration.ofMinutes(5)));
        }
        Instant now = START.plus(Duration.ofHours(15)).plus(GRACE).minusSeconds(1);
        RuleDefinition hourly = missing("0 * * * *", ZoneId.of("UTC"));

        assertThat(Moments.missedStarts(hourly, runs, null, now, 1000))
                .containsExactly(
                        START.plus(Duration.ofHours(12)),
                        START.plus(Duration.ofHours(13)),
                        START.plus(Duration.ofHours(14)));
        assertThat(Moments.missedStarts(hourly, runs, START.plus(Duration.ofHours(13)), now, 1000))
                .hasSize(2);
        assertThat(Moments.missedStarts(hourly, runs, null, now, 2))
                .containsExactly(START.plus(Duration.ofHours(13)), START.plus(Duration.ofHours(14)));
        assertThat(Moments.missedStarts(hourly, List.of(), null, now, 1000)).isEmpty();
        // An hour and a half after the last run.
        assertThat(Moments.missedStarts(missing(null, ZoneId.of("UTC")), runs, null, now, 1000))
                .containsExactly(START.plus(Duration.ofMinutes(11 * 60 + 90)));
    }

    @Test
    void aTimeThatIsSkippedIsExpectedAfterItAndOneThatComesTwiceOnce() {
        CronSlots berlin = CronSlots.of("30 2 * * *", ZoneId.of("Europe/Berlin"));

        Instant spring = berlin.after(Instant.parse("2026-03-28T12:00:00Z"));
        assertThat(spring).isEqualTo(Instant.parse("2026-03-29T01:30:00Z"));
        assertThat(berlin.after(spring)).isEqualTo(Instant.parse("2026-03-30T00:30:00Z"));

        Instant autumn = berlin.after(Instant.parse("2026-10-24T12:00:00Z"));
        assertThat(autumn).isEqualTo(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(berlin.after(autumn)).isEqualTo(Instant.parse("2026-10-26T01:30:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/15 * * * *", "0 * * * *", "0 6 * * 1-5", "0 0 1 * *"})
    void aScheduleThatIsKeptIsNeverMissed(String cron) {
        ZoneId zone = ZoneId.of("Europe/Berlin");
        CronSlots slots = CronSlots.of(cron, zone);
        List<TimedRun> runs = new ArrayList<>();
        for (Instant slot = slots.after(START);
                slot.isBefore(START.plus(Duration.ofDays(cron.startsWith("*/15") ? 100 : 400)));
                slot = slots.after(slot)) {
            runs.add(run(slot.plusSeconds(random.nextInt(400)), Duration.ofMinutes(2)));
        }

        assertThat(firings(missing(cron, zone), runs, runs.get(runs.size() - 1).startedAt()))
                .isEmpty();
    }

    @Test
    void whatIsMissingIsSaidWhenTheGraceIsOverAndNotBefore() {
        List<TimedRun> runs = List.of(run(Instant.parse("2026-03-01T02:30:00Z"), Duration.ofMinutes(5)));
        RuleDefinition rule = missing("30 2 * * *", ZoneOffset.UTC);
        Instant over = Instant.parse("2026-03-02T02:30:00Z").plus(GRACE);

        assertThat(firings(rule, runs, over)).isEmpty();
        assertThat(firings(rule, runs, over.plusSeconds(1)))
                .singleElement()
                .returns(over, Firing::firedAt)
                .returns(null, Firing::resolvedBy);
    }

    @Test
    void withoutRunsOrWithFewGapsNobodyKnowsWhatIsMissing() {
        RuleDefinition rule = missing(null, ZoneOffset.UTC);
        List<TimedRun> runs = every(Duration.ofHours(1), 5);

        assertThat(replay(rule, List.of(), START).state()).isEqualTo(AlertState.NO_DATA);
        assertThat(replay(rule, runs, START.plus(Duration.ofDays(9)))).returns(AlertState.NO_DATA, Replay::state);
    }

    @Test
    void aCadenceIsLearnedAndWeekendsAreNoAlarm() {
        List<TimedRun> runs = new ArrayList<>();
        for (int day = 0; day < 300; day++) {
            if (day % 7 < 5) {
                runs.add(run(
                        START.plus(Duration.ofDays(day)).plusSeconds(random.nextInt(3_600)), Duration.ofMinutes(5)));
            }
        }
        Instant last = runs.get(runs.size() - 1).startedAt();

        assertThat(firings(missing(null, ZoneOffset.UTC), runs, last.plus(Duration.ofDays(3))))
                .isEmpty();
        assertThat(firings(missing(null, ZoneOffset.UTC), runs, last.plus(Duration.ofDays(6))))
                .hasSize(1);
    }

    @Test
    void aRunThatGoesOnForTooLongFiresBeforeItEndsAndIsResolvedByItsEnd() {
        RuleDefinition rule = rule(AlertKind.STUCK, null, timing(null, Duration.ofHours(1), null, null, false));
        TimedRun going = new TimedRun(new UUID(1, 1), START, null, null, null);

        assertThat(firings(rule, List.of(going), START.plusSeconds(3_600))).isEmpty();
        assertThat(firings(rule, List.of(going), START.plusSeconds(3_601)))
                .singleElement()
                .returns(START.plusSeconds(3_600), Firing::firedAt)
                .returns(null, Firing::resolvedBy);
        TimedRun ended = new TimedRun(going.id(), START, START.plusSeconds(9_000), null, null);
        assertThat(firings(rule, List.of(ended), START.plusSeconds(10_000)))
                .singleElement()
                .returns(START.plusSeconds(3_600), Firing::firedAt)
                .returns(START.plusSeconds(9_000), Firing::resolvedAt);
    }

    @Test
    void withoutADurationARunIsStuckWhenTheLedgerSaysSo() {
        RuleDefinition rule = rule(AlertKind.STUCK, null, timing(null, null, null, null, false));
        TimedRun silent = new TimedRun(new UUID(1, 1), START, null, START.plusSeconds(200), null);
        TimedRun beating = new TimedRun(new UUID(1, 2), START, null, null, null);

        assertThat(firings(rule, List.of(silent, beating), START.plusSeconds(90_000)))
                .singleElement()
                .returns(START.plusSeconds(200), Firing::firedAt);
    }

    @Test
    void slowIsSoManyTimesTheMedianOfTheRunsThatHadEnded() {
        RuleDefinition rule = rule(AlertKind.SLOW, null, timing(null, null, 3.0, null, false));
        List<TimedRun> runs = new ArrayList<>(every(Duration.ofHours(1), 10));
        Instant start = START.plus(Duration.ofHours(10));
        runs.add(new TimedRun(new UUID(9, 9), start, null, null, null));

        assertThat(firings(rule, runs, start.plus(Duration.ofMinutes(15)))).isEmpty();
        assertThat(firings(rule, runs, start.plus(Duration.ofMinutes(16))))
                .singleElement()
                .returns(start.plus(Duration.ofMinutes(15)), Firing::firedAt);
        assertThat(replay(rule, runs.subList(0, 4), start).state()).isEqualTo(AlertState.NO_DATA);
    }

    @Test
    void aBudgetIsOfADayInItsZoneAndTheNextDayResolvesIt() {
        ZoneId zone = ZoneId.of("America/New_York");
        RuleDefinition rule = rule(
                AlertKind.BUDGET, 10.0, new Timing(null, zone, Duration.ZERO, null, null, BudgetPeriod.DAY, false));
        // 23:00 in New York is the day before.
        List<TimedRun> runs = List.of(
                paid(Instant.parse("2026-03-03T04:00:00Z"), 9.0),
                paid(Instant.parse("2026-03-03T06:00:00Z"), 6.0),
                paid(Instant.parse("2026-03-03T07:00:00Z"), null),
                paid(Instant.parse("2026-03-03T08:00:00Z"), 5.0));

        assertThat(firings(rule, runs, Instant.parse("2026-03-04T06:00:00Z")))
                .singleElement()
                .satisfies(firing -> {
                    assertThat(firing.firedBy().id()).isEqualTo(runs.get(3).id());
                    assertThat(firing.evidence().value()).isCloseTo(11, within(1e-9));
                    assertThat(firing.resolvedAt()).isEqualTo(Instant.parse("2026-03-04T05:00:00Z"));
                    assertThat(firing.resolvedBy().isRun()).isFalse();
                });
        assertThat(replay(rule, List.of(runs.get(2)), START).state()).isEqualTo(AlertState.NO_DATA);
    }

    @Test
    void aForecastSaysNothingBeforeAQuarterOfThePeriodIsOver() {
        RuleDefinition rule = rule(
                AlertKind.BUDGET,
                100.0,
                new Timing(null, ZoneOffset.UTC, Duration.ZERO, null, null, BudgetPeriod.DAY, true));
        List<TimedRun> runs = new ArrayList<>();
        for (int hour = 1; hour <= 12; hour++) {
            runs.add(paid(START.plus(Duration.ofHours(hour)), 6.0));
        }

        assertThat(replay(rule, runs.subList(0, 5), START.plus(Duration.ofHours(5)))
                        .state())
                .isEqualTo(AlertState.NO_DATA);
        assertThat(firings(rule, runs, START.plus(Duration.ofHours(13))))
                .singleElement()
                .satisfies(firing -> {
                    assertThat(firing.firedAt()).isEqualTo(START.plus(Duration.ofHours(6)));
                    assertThat(firing.evidence().value()).isCloseTo(144, within(1e-9));
                });
    }

    /** As a server sees it that asks now and then, with runs that end meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"MISSING", "STUCK", "SLOW", "BUDGET"})
    void askingNowAndThenFindsWhatAskingAtTheEndDoes(AlertKind kind) {
        RuleDefinition rule = switch (kind) {
            case MISSING -> missing("0 * * * *", ZoneOffset.UTC);
            case STUCK -> rule(kind, null, timing(null, Duration.ofMinutes(20), null, null, false));
            case SLOW -> rule(kind, null, timing(null, null, 2.0, null, false));
            default -> rule(kind, 40.0, timing(null, null, null, BudgetPeriod.DAY, false));
        };
        List<TimedRun> runs = new ArrayList<>();
        for (int hour = 0; hour < 240; hour++) {
            if (random.nextInt(8) > 0) {
                Instant start = START.plus(Duration.ofHours(hour)).plusSeconds(random.nextInt(600));
                Instant end = start.plusSeconds(300 + (random.nextInt(10) == 0 ? 3_000 : random.nextInt(300)));
                runs.add(new TimedRun(new UUID(3, hour), start, end, null, random.nextDouble() * 4));
            }
        }
        Instant end = START.plus(Duration.ofHours(240));
        List<Firing> whole = firings(rule, runs, end);
        assertThat(whole).hasSizeGreaterThan(3);

        for (Instant now = START; now.isBefore(end); now = now.plus(Duration.ofMinutes(47))) {
            Instant asked = now;
            List<TimedRun> known = runs.stream()
                    .filter(run -> !run.startedAt().isAfter(asked))
                    .map(run -> run.endedAt().isAfter(asked)
                            ? new TimedRun(run.id(), run.startedAt(), null, null, null)
                            : run)
                    .toList();
            assertThat(firings(rule, known, now))
                    .extracting(Firing::firedAt)
                    .containsExactlyElementsOf(whole.stream()
                            .map(Firing::firedAt)
                            .filter(fired -> fired.isBefore(asked) || kind == AlertKind.BUDGET && fired.equals(asked))
                            .toList());
        }
    }

    private static List<Firing> firings(RuleDefinition rule, List<TimedRun> runs, Instant now) {
        return replay(rule, runs, now).firings();
    }

    private static Replay replay(RuleDefinition rule, List<TimedRun> runs, Instant now) {
        return Replay.of(rule, Moments.of(rule, runs, now, true).values(), false, 0);
    }

    private static RuleDefinition missing(String cron, ZoneId zone) {
        return rule(
                AlertKind.MISSING,
                null,
                new Timing(cron, zone, cron == null ? Duration.ZERO : GRACE, null, null, null, false));
    }

    private static Timing timing(Duration grace, Duration after, Double times, BudgetPeriod period, boolean forecast) {
        return new Timing(null, ZoneOffset.UTC, grace == null ? Duration.ZERO : grace, after, times, period, forecast);
    }

    private static RuleDefinition rule(AlertKind kind, Double threshold, Timing timing) {
        return RuleDefinition.of(
                "rule",
                kind,
                null,
                RunFilter.ALL,
                null,
                threshold,
                null,
                null,
                null,
                null,
                0.9,
                timing,
                null,
                null,
                null);
    }

    private static List<TimedRun> every(Duration gap, int count) {
        List<TimedRun> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            runs.add(run(START.plus(gap.multipliedBy(i)), Duration.ofMinutes(5)));
        }
        return runs;
    }

    private static TimedRun paid(Instant end, Double cost) {
        return new TimedRun(UUID.randomUUID(), end.minusSeconds(60), end, null, cost);
    }

    private static TimedRun run(Instant start, Duration duration) {
        return new TimedRun(UUID.randomUUID(), start, start.plus(duration), null, null);
    }
}
