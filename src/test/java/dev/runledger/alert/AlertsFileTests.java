package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runledger.OwnLedgerTest;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.search.RunFilter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

/** Alerts as code, applied by a server, one file after the other. */
@OwnLedgerTest
@TestPropertySource(
        properties = {
            "runledger.alerts.secret-key=key-of-the-tests-of-alerts",
            "runledger.alerts.private-targets=true",
            "spring.mail.host=localhost",
            "runledger.alerts.secrets.hook=whsec_" + AlertsFileTests.SECRET,
            "runledger.alerts.secrets.chat-room=https://127.0.0.1/services/secret-of-slack",
            "runledger.alerts.secrets.bot=xoxb-secret-of-the-bot",
            "runledger.alerts.secrets.pager=secret-of-pagerduty",
        })
class AlertsFileTests {

    static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final String FILE = """
            channels:
              - {name: Hook, kind: WEBHOOK, url: "http://127.0.0.1:9/alerts"}
              - {name: Chat room, kind: SLACK}
              - {name: Bot, kind: SLACK, channel: "#alerts"}
              - {name: Pager, kind: PAGERDUTY}
              - {name: Mail, kind: EMAIL, to: "oncall@example.com"}
            rules:
              - name: Approval
                metric: APPROVAL_RATE
                threshold: 0.7
                filter: {environments: production, from: 2026-01-01T00:00:00Z, approvalRate: {min: 0.1}}
                channels: [Hook, Pager]
              - {name: In a row, kind: CONSECUTIVE, metric: OVERALL_SUCCESS_RATE, threshold: 0.5, runs: 2, ofLast: 3, recoveryRuns: 2}
              - {name: Failed, kind: FAILED, filter: {statuses: [FAILED]}}
              - {name: Missing, kind: MISSING, timing: {cron: "30 2 * * *", timeZone: Europe/Berlin, graceSeconds: 1800}}
              - {name: Killed, kind: FAILED, exitCode: 137, errorCategory: rate_limit, errorsAbove: 5, paused: true}
              - {name: Provider, metric: PROVIDER_SUCCESS_RATE, threshold: 0.9, groupBy: PROVIDER}
              - {name: Of a week, metric: APPROVAL_RATE, threshold: 0.8, windowHours: 168}
              - {name: Change, kind: CHANGE, metric: ARBITER_SCORE, runs: 60}
              - {name: Stuck, kind: STUCK, timing: {afterSeconds: 7200}}
              - {name: Slow, kind: SLOW, timing: {times: 3}}
              - {name: Budget, kind: BUDGET, threshold: 100, timing: {period: MONTH, forecast: true}}
            silences:
              - {rule: Failed, until: 2090-01-01T00:00:00Z}
              - {rule: Slow, until: 2020-01-01T00:00:00Z}
            """;

    @Autowired
    AlertsFiles files;

    @Autowired
    AlertRules rules;

    @Autowired
    AlertChannels channels;

    @Autowired
    AlertAdministration administration;

    @Autowired
    ChannelSecrets secrets;

    @Autowired
    JdbcClient jdbc;

    @LocalServerPort
    int port;

    @AfterEach
    void deleteAll() {
        jdbc.sql("DELETE FROM alert_rule").update();
        jdbc.sql("DELETE FROM alert_channel").update();
    }

    @Test
    void applyingTwiceChangesNothingAndWhatIsExportedAppliesToo() {
        assertThat(files.apply(FILE)).hasSize(17);

        assertThat(files.apply(FILE)).isEmpty();
        String exported = files.export();
        assertThat(files.apply(exported)).isEmpty();
        deleteAll();
        assertThat(files.apply(exported)).hasSize(17);
        assertThat(files.apply(FILE)).isEmpty();
        assertThat(files.export())
                .isEqualTo(exported)
                .contains("oncall@example.com", "Europe/Berlin")
                .doesNotContain("secret", SECRET, "password");
        assertThat(rules.named("Approval").definition().filter().environments()).containsExactly("production");
        assertThat(rules.named("Approval").definition().filter().from()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(rules.named("Slow").silencedUntil()).isNull();
    }

    @Test
    void aPlanSaysWhatWouldChangeAndChangesNothing() {
        files.apply(FILE);
        String changed = FILE.replace("threshold: 0.7", "threshold: 0.65")
                .replace("[Hook, Pager]", "[Hook]")
                .replace(":9/alerts", ":9/elsewhere")
                .replaceAll(".*name: Stuck.*\n", "")
                .replace("{name: Slow,", "{name: Slower,")
                .replace("rule: Slow,", "rule: Slower,")
                .replace("2090", "2091");
        String before = files.export();

        List<String> plan =
                files.plan(changed).stream().map(AlertsFileChange::words).toList();

        assertThat(plan)
                .containsExactly(
                        "change channel Hook: url",
                        "change rule Approval: recoveryThreshold, threshold, channels",
                        "create rule Slower",
                        "change silence Failed: until 2091-01-01T00:00:00Z",
                        "delete rule Slow",
                        "delete rule Stuck");
        assertThat(files.export()).isEqualTo(before);
        assertThat(files.apply(changed)).extracting(AlertsFileChange::words).isEqualTo(plan);
        assertThat(files.plan(changed)).isEmpty();
    }

    @Test
    void aFileLeavesAloneWhatItDoesNotNameAndWhatItMadeOnlyAFileChanges() {
        UUID own = administration
                .create(Rules.of("Own", AlertKind.FAILED, null, RunFilter.ALL, null, 1, 1), List.of())
                .id();
        files.apply(FILE);
        AlertRule made = rules.named("Approval");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> administration.update(made.id(), made.definition(), List.of()))
                .withMessage("Approval is managed by a file; change it there");
        assertThatIllegalArgumentException().isThrownBy(() -> administration.delete(made.id()));
        assertThat(administration.silence(made.id(), null).managed()).isTrue();

        files.apply("");
        assertThat(rules.all()).singleElement().returns(own, AlertRule::id).returns(false, AlertRule::managed);
        assertThat(channels.all()).isEmpty();
        assertThat(files.apply("rules: [{name: Own, kind: FAILED}]"))
                .extracting(AlertsFileChange::words)
                .containsExactly("change rule Own: managed by the file");
        assertThat(rules.find(own).managed()).isTrue();
    }

    @Test
    void secretsComeFromTheConfigurationAndAreStoredEncrypted() {
        files.apply(FILE);

        byte[] stored = jdbc.sql("SELECT secret FROM alert_channel WHERE name = 'Hook'")
                .query(byte[].class)
                .single();
        assertThat(secrets.decrypt(stored)).isEqualTo(Base64.getDecoder().decode(SECRET));
        assertThat(faults("channels: [{name: Other pager, kind: PAGERDUTY}]"))
                .containsExactly(
                        "channels[0] (Other pager): Its secret is not configured, as RUNLEDGER_ALERTS_SECRETS_OTHER_PAGER");
    }

    @Test
    void everythingThatIsWrongWithAFileIsNamedAndNothingIsApplied() {
        assertThat(faults("""
                        channels:
                          - {name: Hook, kind: WEBHOOK, url: "http://169.254.169.254/"}
                          - {name: Pager, kind: PAGERDUTY, to: somebody}
                        rules:
                          - {name: Good, kind: FAILED}
                          - {name: Good, kind: FAILED}
                          - {name: No threshold, metric: APPROVAL_RATE}
                          - {name: No metric, metric: BEAUTY, threshold: 1}
                          - {name: To nobody, kind: FAILED, channels: [Nobody]}
                          - {name: Filtered, kind: FAILED, filter: {enviroments: [production]}}
                        silences:
                          - {rule: Unknown, until: 2090-01-01T00:00:00Z}
                        """))
                .containsExactly(
                        "channels[0] (Hook): Link-local, metadata and multicast addresses are refused",
                        "channels[1] (Pager): to is not for this kind",
                        "rules[1] (Good): There is another one of this name",
                        "rules[2] (No threshold): threshold is missing",
                        "rules[3] (No metric): There is no metric BEAUTY",
                        "rules[4] (To nobody): There is no channel Nobody",
                        "rules[5] (Filtered): filter: enviroments is not known here",
                        "silences[0] (Unknown): There is no such rule");
        assertThat(faults("rules: [{name: A, treshold: 1}]")).containsExactly("rules[0].treshold is not known here");
        assertThat(faults("rules: [{name: A, kind: RATTE}]"))
                .singleElement()
                .asString()
                .startsWith("rules[0].kind cannot be read");
        assertThat(faults("rules: [")).singleElement().asString().startsWith("It is no YAML: ");
        assertThat(faults("42")).singleElement().asString().contains("cannot be read");
        assertThat(rules.all()).isEmpty();
        assertThat(channels.all()).isEmpty();
    }

    @Test
    void administratorsApplyAndExportByGraphQlAndNobodyElse() {
        GraphQlClient client = new GraphQlClient(port);
        String apply = """
                mutation { applyAlertsFile(content: "rules: [{name: By file, kind: FAILED}]", planOnly: %s) {
                    changes { action subject name what } } }""";

        assertThat(client.ask(apply.formatted(false)).code()).isEqualTo("FORBIDDEN");
        assertThat(client.ask("{ alertsFile }").code()).isEqualTo("FORBIDDEN");
        assertThat(client.administer(apply.formatted(true))
                        .data("applyAlertsFile")
                        .toString())
                .isEqualTo(
                        "{\"changes\":[{\"action\":\"CREATE\",\"subject\":\"RULE\",\"name\":\"By file\",\"what\":\"\"}]}");
        assertThat(rules.all()).isEmpty();
        client.administer(apply.formatted(false)).data("applyAlertsFile");
        assertThat(client.administer("{ alertRules { name managed state } }")
                        .data("alertRules")
                        .toString())
                .isEqualTo("[{\"name\":\"By file\",\"managed\":true,\"state\":\"NO_DATA\"}]");
        assertThat(client.administer("{ alertsFile }").data("alertsFile").stringValue())
                .contains("name: By file");
        assertThat(client.administer("mutation { applyAlertsFile(content: \"rule: []\") { changes { name } } }")
                        .message())
                .isEqualTo("content: rule is not known here");
    }

    private List<String> faults(String file) {
        List<String> faults = new ArrayList<>();
        assertThatExceptionOfType(AlertsFileException.class)
                .isThrownBy(() -> files.apply(file))
                .satisfies(e -> faults.addAll(e.faults()));
        return faults;
    }
}
