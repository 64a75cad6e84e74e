package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.search.RunFilter;
import dev.runledger.search.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.ActiveProfiles;

/** The rules that ship with the demo, on its history. */
@OwnLedgerTest
@ActiveProfiles("demo")
class DemoAlertsTests {

    @Autowired
    AlertRules rules;

    @Autowired
    Alerts alerts;

    @Autowired
    Runs runs;

    @Test
    void eachIncidentOfTheHistoryTripsARuleThatShipsWithIt() {
        Instant now = Instant.now();
        assertThat(rules.all()).hasSize(5).allMatch(AlertRule::managed);

        assertThat(of("Provider outage"))
                .filteredOn(alert -> alert.group().equals("anthropic"))
                .singleElement()
                .satisfies(alert -> {
                    assertThat(alert.fired().endedAt())
                            .isBetween(now.minus(Duration.ofDays(131)), now.minus(Duration.ofDays(127)));
                    assertThat(alert.resolved().endedAt())
                            .isBetween(now.minus(Duration.ofDays(125)), now.minus(Duration.ofDays(122)));
                });
        assertThat(of("Duplicates"))
                .isNotEmpty()
                .first()
                .satisfies(last -> assertThat(last.evidence().interval().low()).isGreaterThan(0.1));
        assertThat(of("Rate limits"))
                .filteredOn(Alert::isFiring)
                .singleElement()
                .satisfies(alert -> assertThat(alert.fired().endedAt())
                        .isBetween(now.minus(Duration.ofDays(13)), now.minus(Duration.ofDays(9))));
        assertThat(of("Rate limits")).hasSizeLessThanOrEqualTo(2);
        assertThat(of("Overall success")).isEmpty();
        assertThat(runs.count(RunFilter.ALL)).isGreaterThan(1_900);
    }

    private List<Alert> of(String rule) {
        return alerts.page(new Alerts.Selection(rules.named(rule).id(), false, null), null, 100);
    }
}
