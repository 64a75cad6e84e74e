package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes with a planted cause, explained by HTTP. */
@RunledgerTest
class ExplainChangeTests {

    private static final Instant START = Instant.parse("2025-03-03T00:30:00Z");
    private static final String[] PROVIDERS = {"openai", "anthropic", "google", "xai"};

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    JdbcClient jdbc;

    private GraphQlClient client;
    private String environment;
    private Random random;

    @BeforeEach
    void start() {
        client = new GraphQlClient(port);
        environment = "x" + UUID.randomUUID().toString().substring(0, 18);
        random = new Random(7);
    }

    /** They are found in every environment, those of other tests included. */
    @AfterEach
    void forgetEventsOfEverywhere() {
        jdbc.sql("DELETE FROM event WHERE environment IS NULL").update();
    }

    @Test
    void aProviderThatGotWorseIsTheFirstCauseAndPartsAddUp() {
        history((after, provider) -> after && provider.equals("xai") ? 0.4 : 0.8, after -> 25, true);

        JsonNode explained = explain("");

        assertThat(explained.at("/significant").booleanValue()).isTrue();
        assertThat(explained.at("/causes/0/dimension").stringValue()).isEqualTo("PROVIDER");
        assertThat(explained.at("/causes/0/key").stringValue()).isEqualTo("xai");
        assertThat(explained.at("/causes/0/kind").stringValue()).isEqualTo("RATE");
        assertThat(explained.at("/causes/0/valueAfter").doubleValue()).isCloseTo(0.4, within(0.05));
        assertThat(explained.at("/words").stringValue()).contains("provider xai itself changed by -");
        partsAddUp(explained);
    }

    @Test
    void aProviderThatIsAskedMoreOftenIsTheFirstCause() {
        history((after, provider) -> provider.equals("xai") ? 0.4 : 0.8, after -> after ? 60 : 10, false);

        JsonNode explained = explain("");

        assertThat(explained.at("/causes/0/dimension").stringValue()).isEqualTo("PROVIDER");
        assertThat(explained.at("/causes/0/key").stringValue()).isEqualTo("xai");
        assertThat(explained.at("/causes/0/kind").stringValue()).isEqualTo("MIX");
        partsAddUp(explained);
    }

    @Test
    void aChangeThatMayBeChanceHasNothingToExplain() {
        history((after, provider) -> 0.8, after -> 25, true);

        JsonNode explained = explain("");

        assertThat(explained.at("/significant").booleanValue()).isFalse();
        assertThat(explained.at("/causes").isEmpty()).isTrue();
        assertThat(explained.at("/words").stringValue()).startsWith("Nothing to explain: ");
        partsAddUp(explained);
    }

    @Test
    void aChangeAgainstAPromptVersionOrAPeriodIsThatOne() {
        history((after, provider) -> after ? 0.6 : 0.8, after -> 25, true);

        JsonNode period =
                explain("against: {from: \"%s\", to: \"%s\"}".formatted(START, START.plus(20, ChronoUnit.DAYS)));
        JsonNode version = client.ask("""
                        { explainChange(metric: APPROVAL_RATE, against: {promptVersion: "v1"},
                                        filter: {environments: ["%s"], promptVersions: ["v2"]}) {
                            change before { runs } after { runs } causes { dimension } } }""".formatted(environment)).data("explainChange");

        assertThat(period.at("/before/runs").intValue()).isEqualTo(60);
        assertThat(version.at("/before/runs").intValue()).isEqualTo(60);
        assertThat(version.at("/after/runs").intValue()).isEqualTo(60);
        assertThat(version.at("/change").doubleValue())
                .isCloseTo(period.at("/change").doubleValue(), within(1e-12));
        assertThat(version.at("/causes/0/dimension").stringValue()).isEqualTo("PROMPT_VERSION");
    }

    /** A provider falls on the day on which another prompt version begins: both are named. */
    @Test
    void aChangePointNamesItsLikelyCauses() {
        history((after, provider) -> after && provider.equals("xai") ? 0.2 : 0.8, after -> 25, true);

        JsonNode change =
                client.ask("""
                        { changePoints(metric: APPROVAL_RATE, filter: {environments: ["%s"]}) {
                            changes { at causes { kind name contribution words } } } }""".formatted(environment)).data("changePoints").at("/changes/0");

        assertThat(Instant.parse(change.at("/at").stringValue()))
                .isBetween(START.plus(19, ChronoUnit.DAYS), START.plus(21, ChronoUnit.DAYS));
        assertThat(change.at("/causes").valueStream())
                .extracting(cause -> cause.path("kind").stringValue() + " "
                        + cause.path("name").stringValue())
                .contains("PROVIDER xai")
                .contains("PROMPT_VERSION v2");
        assertThat(change.at("/causes").valueStream())
                .filteredOn(cause -> "PROVIDER".equals(cause.path("kind").stringValue()))
                .allSatisfy(cause ->
                        assertThat(cause.path("contribution").doubleValue()).isCloseTo(-0.15, within(0.05)));
    }

    /** Of what was recorded, only what is near the change and could concern these runs. */
    @Test
    void eventsNearAChangeAreAmongItsCauses() {
        history((after, provider) -> after ? 0.6 : 0.8, after -> 25, true);
        Instant change = START.plus(20, ChronoUnit.DAYS);
        recordEvent(change.minus(90, ChronoUnit.MINUTES), "deploy", environment);
        recordEvent(change.plus(20, ChronoUnit.HOURS), "incident", null);
        recordEvent(change.minus(2, ChronoUnit.HOURS), "deploy", "elsewhere");
        recordEvent(change.minus(5, ChronoUnit.DAYS), "early", environment);
        recordEvent(change.plus(6, ChronoUnit.DAYS), "late", environment);

        JsonNode level =
                client.ask("""
                        { changePoints(metric: APPROVAL_RATE, filter: {environments: ["%s"]}) {
                            changes { causes { kind name contribution words } } } }""".formatted(environment)).data("changePoints").at("/changes/0/causes");
        JsonNode compared = client.ask("""
                        { comparePromptVersions(baseline: "v1", candidate: "v2", metrics: [APPROVAL_RATE],
                                                filter: {environments: ["%s"]}) {
                            comparisons { causes { kind name contribution words } } } }""".formatted(environment))
                .data("comparePromptVersions")
                .at("/comparisons/0/causes");
        JsonNode explained = client.ask("""
                        { explainChange(metric: APPROVAL_RATE, filter: {environments: ["%s"], from: "%s", to: "%s"}) {
                            events { kind } } }""".formatted(environment, change, change.plus(20, ChronoUnit.DAYS)))
                .data("explainChange");

        for (JsonNode causes : List.of(level, compared)) {
            assertThat(causes.valueStream())
                    .filteredOn(cause -> cause.path("kind").stringValue().equals("EVENT"))
                    .extracting(cause -> cause.path("name").stringValue())
                    .containsExactly("deploy", "incident");
            JsonNode last = causes.path(causes.size() - 2);
            assertThat(last.path("contribution").isNull()).isTrue();
            assertThat(last.path("words").stringValue())
                    .isEqualTo("deploy at 2025-03-22T23:00:00Z: what was done to " + environment);
        }
        assertThat(explained.path("events").valueStream())
                .extracting(event -> event.path("kind").stringValue())
                .containsExactly("deploy", "incident", "early", "late");
    }

    private void recordEvent(Instant at, String kind, String where) {
        client.ask("""
                        mutation { recordEvent(input: {at: "%s", kind: "%s", text: "what was done to %s", environment: %s}) {
                            event { id } } }""".formatted(at, kind, where, where == null ? null : '"' + where + '"'))
                .data("recordEvent");
    }

    @Test
    void withoutAPeriodThereIsNoneBefore() {
        Answer answer = client.ask("{ explainChange(metric: APPROVAL_RATE) { change } }");

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.message()).contains("filter has no from");
    }

    private interface Rate {
        double of(boolean after, String provider);
    }

    private interface Share {
        int ofXai(boolean after);
    }

    /** Three runs a day for 20 days before and 20 after, each of 100 questions by four providers. */
    private void history(Rate rate, Share share, boolean outcomes) {
        for (int run = 0; run < 120; run++) {
            boolean after = run >= 60;
            ObjectNode report = new JsonMapper()
                    .createObjectNode()
                    .put("status", "success")
                    .put("started_at", START.plus(run * 8L, ChronoUnit.HOURS).toString())
                    .put("environment", environment)
                    .put("prompt_version", after ? "v2" : "v1")
                    .put("questions_requested", 100)
                    .put("questions_generated", 100)
                    .put("questions_evaluated", 100);
            int all = 0;
            ObjectNode providers = report.putObject("provider_metrics");
            int xai = share.ofXai(after);
            // Without outcomes, a run has one provider.
            String only = random.nextInt(100) < xai ? "xai" : PROVIDERS[random.nextInt(3)];
            for (String provider : PROVIDERS) {
                int questions = outcomes ? 25 : provider.equals(only) ? 100 : 0;
                int approved = 0;
                for (int question = 0; question < questions; question++) {
                    approved += random.nextDouble() < rate.of(after, provider) ? 1 : 0;
                }
                all += approved;
                if (questions > 0) {
                    ObjectNode metrics = providers.putObject(provider).put("generated", questions);
                    if (outcomes) {
                        metrics.put("evaluated", questions).put("approved", approved);
                    }
                }
            }
            report.put("questions_approved", all).put("questions_rejected", 100 - all);
            ledger.record(reader.read(report), null);
        }
    }

    private JsonNode explain(String against) {
        return client.ask("""
                        { explainChange(metric: APPROVAL_RATE, AGAINST
                                        filter: {environments: ["%s"], from: "%s", to: "%s"}) {
                            change significant words interval { low high } before { value runs } after { value runs }
                            causes { dimension key kind contribution specific interval { low high } shareBefore shareAfter
                                     valueBefore valueAfter words }
                            dimensions { dimension parts { key kind contribution } } } }""".replace("AGAINST", against)
                        .formatted(environment, START.plus(20, ChronoUnit.DAYS), START.plus(40, ChronoUnit.DAYS)))
                .data("explainChange");
    }

    private static void partsAddUp(JsonNode explained) {
        assertThat(explained.at("/dimensions").size()).isGreaterThanOrEqualTo(4);
        assertThat(explained.at("/dimensions").valueStream())
                .allSatisfy(dimension -> assertThat(dimension
                                .path("parts")
                                .valueStream()
                                .mapToDouble(part -> part.path("contribution").doubleValue())
                                .sum())
                        .isCloseTo(explained.at("/change").doubleValue(), within(1e-9)));
    }
}
