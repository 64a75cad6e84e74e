package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@BrowserTest
class AlertsBrowserTests {

    private static final String FIRINGS = """
            { backtestAlert(rule: {name: "Draft", kind: %s, runs: %d}, filter: {lastDays: 365}) { firingCount } }""";

    private GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void aRuleIsTriedOnTheRunsThatThereAreBeforeItIsSaved(Browsing browsing) {
        Page page = browsing.open("/alerts").page();
        Locator trial = page.locator("[data-panel=alert-backtest]");

        page.selectOption("select[name=kind]", "FAILED");

        int firings = client.ask(FIRINGS.formatted("FAILED", 1))
                .data("backtestAlert")
                .path("firingCount")
                .intValue();
        assertThat(firings).isPositive();
        assertThat(trial.locator("[data-firings='%d']".formatted(firings))).containsText("it would have fired");
        assertThat(trial.locator("tbody tr")).hasCount(firings);
        trial.locator("tbody a").first().click();
        assertThat(page).hasURL(Pattern.compile(".*/runs/[0-9a-f-]{36}$"));
    }

    @Test
    void whatFiresIsOnThePageWithItsReasonAndCountedOnEveryPage(Browsing browsing) {
        String rule = client.administer("""
                        mutation { createAlertRule(rule: {name: "Never perfect", kind: CONSECUTIVE, metric: OVERALL_SUCCESS_RATE,
                            threshold: 1, runs: 1}) { id } }""").data("createAlertRule").path("id").stringValue();
        try {
            Visit visit = browsing.open("/alerts");

            assertThat(visit.panel("alerts-firing").rows().toString())
                    .contains("Never perfect", "Overall success", "over 1 run", "nobody yet");
            assertThat(visit.panel("alert-rules").row("Never perfect"))
                    .contains("Firing", "Overall success below 100%, a run");
            visit.page()
                    .locator("nav a", new Page.LocatorOptions().setHasText("Overview"))
                    .first()
                    .click();
            assertThat(visit.page().locator("nav .badge"))
                    .hasText(client.ask("{ alerts(filter: {firing: true}, first: 0) { totalCount } }")
                            .data("alerts")
                            .path("totalCount")
                            .toString());
        } finally {
            client.administer("mutation { deleteAlertRule(id: \"%s\") { deleted } }".formatted(rule));
        }
    }

    @Test
    void anAdministratorSavesTheRuleThatWasTriedSilencesAndDeletesIt(Browsing browsing) {
        Page page = administrating(browsing);
        Locator trial = page.locator("[data-panel=alert-backtest]");
        page.selectOption("select[name=kind]", "CHANGE");
        assertThat(trial.locator("[data-firings]")).containsText("it would have fired");

        trial.locator("input[name=name]").fill("From the page");
        trial.getByText("Save rule").click();

        assertThat(trial.getByText("From the page is saved.")).isVisible();
        Locator rules = page.locator("[data-panel=alert-rules]");
        assertThat(rules.locator("tbody")).containsText("From the page");
        rules.locator("select[name=rule]").selectOption("From the page");
        rules.getByText("Silence for 4 hours").click();
        assertThat(rules.locator("tbody tr", new Locator.LocatorOptions().setHasText("From the page")))
                .containsText("silent until");
        rules.getByText("End silence").click();
        assertThat(rules.getByText("Silence for 4 hours")).isVisible();
        rules.locator("select[name=rule]").selectOption("Rate limits");
        assertThat(rules.getByText("Rate limits is managed by a file; change it there."))
                .isVisible();
        rules.locator("select[name=rule]").selectOption("From the page");
        rules.getByText("Delete").click();
        assertThat(rules.locator("tbody")).not().containsText("From the page");
    }

    @Test
    void aRuleIsChangedPausedAndSetGoingAgainOnThePage(Browsing browsing) {
        String rule = client.administer("""
                        mutation { createAlertRule(rule: {name: "To be changed", kind: CONSECUTIVE, metric: APPROVAL_RATE, threshold: 0.1,
                            runs: 4, filter: {triggers: ["scheduler"]}}) { id } }""").data("createAlertRule").path("id").stringValue();
        try {
            Page page = administrating(browsing);
            Locator rules = page.locator("[data-panel=alert-rules]");
            Locator row = rules.locator("tbody tr", new Locator.LocatorOptions().setHasText("To be changed"));
            Locator editor = page.locator("[data-panel=alert-backtest]");
            rules.locator("select[name=rule]").selectOption("Rate limits");
            assertThat(rules.getByText("Change", exactly())).hasCount(0);

            rules.locator("select[name=rule]").selectOption("To be changed");
            rules.getByText("Change", exactly()).click();
            assertThat(editor.locator("h2")).hasText("Change To be changed");
            assertThat(editor.locator("input[name=count]")).hasValue("4");
            editor.locator("select[name=kind]").selectOption("RATE");
            editor.locator("input[name=count]").fill("2");
            editor.locator("select[name=unit]").selectOption("DAYS");
            editor.locator("input[name=environments]").fill("production, staging");
            editor.locator("select[name=groupBy]").selectOption("ENVIRONMENT");
            editor.getByText("Save changes").click();

            assertThat(row)
                    .containsText(
                            "Approval rate below 10% over the last 48 hours, 90% sure, for each environment apart");
            assertThat(client.ask("{ alertRule(id: \"%s\") { definition { windowHours filter } } }".formatted(rule))
                            .data("alertRule")
                            .path("definition")
                            .toString())
                    .isEqualTo(
                            "{\"windowHours\":48,\"filter\":{\"environments\":[\"production\",\"staging\"],\"triggers\":[\"scheduler\"]}}");
            assertThat(editor.locator("h2")).hasText("Try a rule");
            rules.getByText("Pause", exactly()).click();
            assertThat(row).containsText("Paused");
            rules.getByText("Go on", exactly()).click();
            assertThat(row).not().containsText("Paused");
        } finally {
            client.administer("mutation { deleteAlertRule(id: \"%s\") { deleted } }".formatted(rule));
        }
    }

    private static Locator.GetByTextOptions exactly() {
        return new Locator.GetByTextOptions().setExact(true);
    }

    @Test
    void whatGoesByTheClockIsTriedWithItsTimingAndTheChartOfAMetricIsBesideTheRule(Browsing browsing) {
        Visit visit = browsing.open("/alerts?period=90d");
        Page page = visit.page();
        Locator editor = page.locator("[data-panel=alert-backtest]");
        assertThat(editor.locator(".chart[aria-label='Overall success over time'] canvas"))
                .isVisible();

        page.selectOption("select[name=kind]", "MISSING");
        page.fill("input[name=cron]", "0 3 * * *");
        page.fill("input[name=grace]", "30");
        page.selectOption("select[name=timeZone]", "Europe/Berlin");

        int firings = client.ask("""
                        { backtestAlert(filter: {lastDays: 90}, rule: {name: "Draft", kind: MISSING,
                            timing: {cron: "0 3 * * *", graceSeconds: 1800, timeZone: "Europe/Berlin"}}) { firingCount } }""").data("backtestAlert").path("firingCount").intValue();
        assertThat(editor.locator("[data-firings='%d']".formatted(firings))).containsText("it would have fired");
        assertThat(editor.locator(".chart")).hasCount(0);
    }

    @Test
    void eachRuleShowsWhenItFiredInThePeriodAndSaysSo(Browsing browsing) {
        JsonNode rules =
                client.ask("{ alertRules { name alerts { firedAt } } }").data("alertRules");
        int firings = rules.valueStream()
                .filter(rule -> rule.path("name").stringValue().equals("Provider outage"))
                .mapToInt(rule -> rule.path("alerts").size())
                .sum();
        assertThat(firings).isPositive();

        Page page = browsing.open("/alerts?period=all").page();
        Locator row = page.locator(
                "[data-panel=alert-rules] tbody tr", new Page.LocatorOptions().setHasText("Provider outage"));

        assertThat(row.locator(".strip .fired")).hasCount(firings);
        assertThat(row).containsText(firings == 1 ? "fired once, for " : "fired %d times, for ".formatted(firings));
        page.selectOption("select[name=period]", "30d");
        assertThat(row).containsText("has not fired");
        assertThat(row.locator(".strip .fired")).hasCount(0);
    }

    @Test
    void whatFiresIsAcknowledgedOnThePageByWhoeverMay(Browsing browsing) {
        assertThat(browsing.open("/alerts").page().getByText("Acknowledge Rate limits"))
                .hasCount(0);
        Page page = administrating(browsing);

        page.getByText("Acknowledge Rate limits").click();

        assertThat(page.getByText("Acknowledge Rate limits")).hasCount(0);
        assertThat(page.locator(
                        "[data-panel=alerts-firing] tbody tr", new Page.LocatorOptions().setHasText("Rate limits")))
                .not()
                .containsText("nobody yet");
    }

    @Test
    void aChannelIsTriedOnThePageAndItsAnswerShown(Browsing browsing) {
        String channel = client.administer("""
                        mutation { createAlertChannel(name: "Nobody listens", url: "http://127.0.0.1:9/") { channel { id } } }""")
                .data("createAlertChannel")
                .path("channel")
                .path("id")
                .stringValue();
        try {
            Locator channels = administrating(browsing).locator("[data-panel=alert-channels]");

            channels.getByText("Test Nobody listens").click();

            assertThat(channels.getByText("Nobody listens did not take it: ")).isVisible();
            assertThat(channels.locator("tbody tr").first()).not().containsText("none yet");
        } finally {
            client.administer("mutation { deleteAlertChannel(id: \"%s\") { deleted } }".formatted(channel));
        }
    }

    private static Page administrating(Browsing browsing) {
        return browsing.openAt(browsing.address(), "/alerts#key=" + TestKeys.ADMIN, Browsing.Screen.LIGHT)
                .page();
    }
}
