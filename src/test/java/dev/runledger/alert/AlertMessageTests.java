package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.event.Events;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportReader;
import dev.runledger.search.RunFilter;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a message says, as its receiver gets it. */
@OwnLedgerTest
@TestPropertySource(
        properties = {
            "runledger.alerts.secret-key=key-of-the-tests-of-alerts",
            "runledger.alerts.private-targets=true",
            "runledger.web.public-url=https://ledger.example.com/here/",
        })
class AlertMessageTests {

    @Autowired
    AlertAdministration administration;

    @Autowired
    AlertChannels channels;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    Events events;

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofDays(30));

    @Test
    void aMessageSaysWhatSinceWhenTheCauseTheRunsWhereToSeeMoreAndHowToSilence() throws Exception {
        try (Receiver receiver = new Receiver()) {
            var channel = channels.create("hook", receiver.url());
            RunFilter production = RunFilter.during(null, null, List.of(), List.of("production"), null);
            for (int run = 0; run < 70; run++) {
                report(run, run < 62 ? 45 : 5, run < 62 ? "v1" : "v2");
            }
            events.record(
                    null,
                    start.plus(Duration.ofHours(61)),
                    "deploy",
                    "arbiter rolled out",
                    null,
                    "production",
                    "tests");
            AlertRule rule = administration.create(
                    Rules.of("Success", AlertKind.RATE, Metric.APPROVAL_RATE, production, 0.7, null, null),
                    List.of(channel.channel().id()));

            JsonNode data = receiver.await(1).get(0).path("data");

            assertThat(data.path("summary").stringValue()).startsWith("Success: APPROVAL_RATE is 0.");
            assertThat(data.path("threshold").doubleValue()).isEqualTo(0.7);
            assertThat(data.path("low").doubleValue())
                    .isLessThan(data.path("value").doubleValue());
            assertThat(data.path("firedAt").isString()).isTrue();
            assertThat(data.path("causes").valueStream().map(JsonNode::stringValue))
                    .anyMatch(cause -> cause.startsWith("Perhaps provider anthropic itself changed by -"))
                    .contains("Prompt version went from v1 to v2")
                    .anyMatch(cause -> cause.startsWith("Errors of these runs: rate_limit "))
                    .anyMatch(cause -> cause.startsWith("deploy at ") && cause.endsWith("arbiter rolled out"));
            JsonNode newest = data.path("runs").get(0);
            assertThat(newest.path("clientRunId").stringValue()).startsWith("run-6");
            assertThat(newest.path("url").stringValue())
                    .isEqualTo("https://ledger.example.com/here/runs/"
                            + newest.path("id").stringValue());
            assertThat(data.path("url").stringValue()).isEqualTo("https://ledger.example.com/here/alerts");
            assertThat(URI.create(data.path("queryUrl").stringValue()).getQuery())
                    .startsWith("query=runs&variables={")
                    .contains("production", "\"from\"");
            assertThat(data.path("silence").stringValue()).contains("silenceAlertRule(id: \"" + rule.id());
            assertThat(data.path("acknowledge").stringValue())
                    .contains(data.path("id").stringValue());

            AlertText text = AlertText.of(receiver.messages().get(0));
            assertThat(text.plain())
                    .contains("Since ", "Likeliest cause: ", "Runs, the last first:", "To silence: mutation")
                    .doesNotContain("null");
            assertThat(text.html()).contains("<a href=\"https://ledger.example.com/here/alerts\">");
            assertThat(receiver.bodies().get(0))
                    .doesNotContain(channel.secret(), "a prompt that nobody should read", "secret");
        }
    }

    private void report(int hour, int ofAnthropic, String promptVersion) {
        Instant startedAt = start.plus(Duration.ofHours(hour));
        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("started_at", startedAt.toString())
                .put("completed_at", startedAt.plusSeconds(300).toString())
                .put("status", "success")
                .put("client_run_id", "run-" + hour)
                .put("environment", "production")
                .put("prompt_version", promptVersion)
                .put("questions_requested", 100)
                .put("questions_generated", 100)
                .put("questions_evaluated", 100)
                .put("questions_approved", 45 + ofAnthropic)
                .put("questions_rejected", 55 - ofAnthropic)
                .put("questions_inserted", 45 + ofAnthropic)
                .put("error_message", "a prompt that nobody should read");
        report.putObject("error_summary").putObject("by_category").put("rate_limit", 3);
        ObjectNode providers = report.putObject("provider_metrics");
        provider(providers, "openai", 45);
        provider(providers, "anthropic", ofAnthropic);
        ledger.record(reader.read(report), null);
    }

    private static void provider(ObjectNode providers, String name, int approved) {
        providers
                .putObject(name)
                .put("generated", 50)
                .put("api_calls", 50)
                .put("failures", 0)
                .put("evaluated", 50)
                .put("approved", approved)
                .put("rejected", 50 - approved);
    }
}
