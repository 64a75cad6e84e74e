package dev.runledger.rollup;

import static dev.runledger.rollup.SettledRollups.period;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/** Recomputes the rollups from the runs: to see that nothing differs, or to make them anew. */
@Service
public class Rollups {

    private static final String MONTHS = """
            SELECT DISTINCT date_trunc('month', started_at, 'UTC') AS month
              FROM (SELECT started_at FROM rollup WHERE level = 'MONTH'
                     UNION ALL
                    SELECT started_at FROM question_generation_runs) run
             ORDER BY month
            """;

    private static final Logger log = LoggerFactory.getLogger(Rollups.class);

    private final JdbcClient jdbc;
    private final RollupFolder folder;
    private final SettledRollups settled;
    private final StreakDays streakDays;
    private final UnbuiltMonths unbuilt;
    private final Clock clock;

    Rollups(
            JdbcClient jdbc,
            RollupFolder folder,
            SettledRollups settled,
            StreakDays streakDays,
            UnbuiltMonths unbuilt,
            Clock clock) {
        this.jdbc = jdbc;
        this.folder = folder;
        this.settled = settled;
        this.streakDays = streakDays;
        this.unbuilt = unbuilt;
        this.clock = clock;
    }

    /**
     * What an audit found.
     *
     * @param months of UTC that were recomputed
     * @param repairedCells that differed from what the runs come to, and do not any more
     */
    public record Audit(int months, long repairedCells) {}

    /** Makes the rollups anew, month by month. Runs may be recorded meanwhile; answers stay exact. Returns the months. */
    public int rebuild() {
        List<YearMonth> months = months();
        months.forEach(month -> settled.with(month, () -> rebuildSettled(month)));
        log.info("The rollups of {} month(s) were rebuilt from the runs", months.size());
        return months.size();
    }

    /** Makes a month anew, within a settled transaction. Returns 0. */
    long rebuildSettled(YearMonth month) {
        folder.remove(period(month));
        jdbc.sql(RollupStatements.ADD_SCOPES_OF_MONTH).params(period(month)).update();
        jdbc.sql(RollupStatements.ADD_MONTH).params(period(month)).update();
        unbuilt.forget(period(month).get("from"));
        streakDays.rebuild(period(month));
        return 0;
    }

    /** Recomputes every month, and repairs what differs. */
    public Audit auditAll() {
        List<YearMonth> months = months();
        return new Audit(months.size(), months.stream().mapToLong(this::audit).sum());
    }

    /** The month before this one, at four in the morning: by then hardly anything is reported for it any more. */
    @Scheduled(cron = "0 0 4 * * *")
    void auditLastMonth() {
        if (!unbuilt.isOurs()) {
            return;
        }
        audit(YearMonth.now(clock.withZone(ZoneOffset.UTC)).minusMonths(1));
    }

    /** Recomputes a month of UTC. Returns how many cells differed and were repaired. */
    long audit(YearMonth month) {
        return settled.with(month, () -> auditSettled(month));
    }

    /** As {@link #audit}, within a settled transaction. */
    long auditSettled(YearMonth month) {
        jdbc.sql(RollupStatements.ADD_SCOPES_OF_MONTH).params(period(month)).update();
        long repaired = streakDays.audit(period(month))
                + jdbc.sql(RollupStatements.AUDIT_MONTH)
                        .params(period(month))
                        .query(Long.class)
                        .single();
        if (repaired > 0) {
            log.error("{} cells of the rollups of {} differed from the runs and were repaired", repaired, month);
        }
        return repaired;
    }

    /** Builds the months that have no cells yet, the latest first; until then they are read from their runs. */
    @Scheduled(fixedDelayString = "PT2S", initialDelayString = "PT1S")
    void buildMonths() {
        try {
            unbuilt.refresh();
            while (unbuilt.isOurs() && !unbuilt.months().isEmpty()) {
                Instant latest = unbuilt.months().get(unbuilt.months().size() - 1);
                YearMonth month = YearMonth.from(latest.atOffset(ZoneOffset.UTC));
                settled.with(month, () -> rebuildSettled(month));
                // Also where its runs are folded one by one instead.
                unbuilt.forget(period(month).get("from"));
                unbuilt.refresh();
            }
        } catch (ConcurrencyFailureException e) {
            log.debug("Another server has written to the rollups");
        } catch (RuntimeException e) {
            log.warn("A month was not added to the rollups, which will be tried again: {}", e.toString());
        }
    }

    /** The months of UTC that have cells, or runs. */
    List<YearMonth> months() {
        return jdbc.sql(MONTHS).query(OffsetDateTime.class).list().stream()
                .map(month -> YearMonth.from(month.withOffsetSameInstant(ZoneOffset.UTC)))
                .toList();
    }
}
