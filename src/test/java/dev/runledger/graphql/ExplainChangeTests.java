package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
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

    private GraphQlClient client;
    private String environment;
    private Random random;

    @BeforeEach
    void start() {
        client = new GraphQlClient(port);
        environment = "x" + UUID.randomUUID().toString().substring(0, 18);
        random = new Random(7);
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
