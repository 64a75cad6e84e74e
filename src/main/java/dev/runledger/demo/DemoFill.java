package dev.runledger.demo;

import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import dev.runledger.search.RunFilter;
import dev.runledger.search.Runs;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Puts the demo history into an empty ledger, all of it or nothing, and never touches one that has runs. */
@Component
@Profile("demo")
@Order(0)
class DemoFill implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(DemoFill.class);

    private final Runs runs;
    private final RunLedger ledger;
    private final ReportReader reader;
    private final Clock clock;

    DemoFill(Runs runs, RunLedger ledger, ReportReader reader, Clock clock) {
        this.runs = runs;
        this.ledger = ledger;
        this.reader = reader;
        this.clock = clock;
    }

    /** On a small or busy machine it takes longer than a request may. */
    @Override
    @Transactional(timeout = 600)
    public void run(ApplicationArguments arguments) {
        if (runs.count(RunFilter.ALL) > 0) {
            return;
        }
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC);
        var history = new DemoHistory(now).reports();
        history.forEach(report -> ledger.record(reader.read(report), null));
        log.info("Filled the ledger with a demo history of {} runs up to {}", history.size(), now.toLocalDate());
    }
}
