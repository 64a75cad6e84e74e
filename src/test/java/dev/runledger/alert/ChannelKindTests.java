package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import dev.runledger.OwnLedgerTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Slack, PagerDuty and a mail server get, and what they answer. */
@OwnLedgerTest
class ChannelKindTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpServer RECEIVER = receiver();
    private static final GreenMail MAIL = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private static final List<Received> RECEIVED = new CopyOnWriteArrayList<>();
    private static volatile Answer answer;

    @Autowired
    AlertChannels channels;

    @Autowired
    Outbox outbox;

    @Autowired
    JdbcClient jdbc;

    private final UUID alert = UUID.randomUUID();
    private AlertChannel channel;

    private record Received(String path, String authorization, JsonNode json) {}

    private record Answer(int status, String body) {}

    @DynamicPropertySource
    static void receivers(DynamicPropertyRegistry properties) {
        MAIL.start();
        properties.add("runledger.alerts.secret-key", () -> "key-of-the-tests-of-alerts");
        properties.add("runledger.alerts.private-targets", () -> true);
        properties.add("runledger.alerts.slack-api", () -> url("/slack"));
        properties.add("runledger.alerts.pagerduty-events", () -> url("/pagerduty"));
        properties.add("spring.mail.host", () -> "127.0.0.1");
        properties.add("spring.mail.port", () -> MAIL.getSmtp().getPort());
    }

    @BeforeEach
    void accept() {
        RECEIVED.clear();
        answer = new Answer(200, "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"17.5\"}");
    }

    @AfterEach
    void delete() {
        if (channel != null) {
            channels.delete(channel.id());
        }
    }

    @AfterAll
    static void stop() {
        RECEIVER.stop(0);
        MAIL.stop();
    }

    @Test
    void theMessageOfASlackBotIsEditedWhenTheAlertIsResolved() {
        channel = channels.createSlackBot(name(), "xoxb-secret", "#alerts");

        fireAndResolve();

        assertThat(RECEIVED)
                .extracting(Received::path)
                .containsExactly("/slack/chat.postMessage", "/slack/chat.update");
        assertThat(RECEIVED).extracting(Received::authorization).containsOnly("Bearer xoxb-secret");
        assertThat(RECEIVED.get(0).json().path("channel").stringValue()).isEqualTo("#alerts");
        assertThat(RECEIVED.get(0).json().path("text").stringValue())
                .startsWith("Firing: &lt;!channel&gt; rule")
                .contains("Since 2026-01-01T03:00:00Z");
        assertThat(RECEIVED.get(1).json().path("channel").stringValue()).isEqualTo("C1");
        assertThat(RECEIVED.get(1).json().path("ts").stringValue()).isEqualTo("17.5");
        assertThat(RECEIVED.get(1).json().path("text").stringValue()).startsWith("Resolved: ");
    }

    @Test
    void theMessageOfASlackBotIsEditedWhenMoreOfTheSameCauseFires() {
        channel = channels.createSlackBot(name(), "xoxb-secret", "#alerts");
        UUID other = UUID.randomUUID();

        outbox.addFiring(alert, body("alert.firing"), List.of(channel.id()), "cause", Duration.ZERO);
        awaitDelivered(alert);
        outbox.addFiring(other, body("alert.firing"), List.of(channel.id()), "cause", Duration.ZERO);
        awaitDelivered(other);
        outbox.addResolved(alert, body("alert.resolved"));
        awaitDelivered(alert);

        // The end of one does not overwrite what is said of both.
        assertThat(RECEIVED)
                .extracting(Received::path)
                .containsExactly("/slack/chat.postMessage", "/slack/chat.update", "/slack/chat.postMessage");
        assertThat(RECEIVED.get(1).json().path("ts").stringValue()).isEqualTo("17.5");
        assertThat(RECEIVED.get(1).json().path("text").stringValue()).contains(" rule is bad, and 1 more\n");
    }

    @Test
    void anIncomingWebhookOfSlackGetsTextAndItsAddressIsNotShown() {
        channel = channels.createSlackHook(name(), url("/services/T0/B0/secret"));

        fireAndResolve();

        assertThat(RECEIVED).extracting(Received::path).containsOnly("/services/T0/B0/secret");
        assertThat(channels.find(channel.id()).toString()).doesNotContain("services");
        assertThat(stored()).doesNotContain("services");
    }

    @Test
    void pagerDutyTriggersAndResolvesUnderTheIdOfTheAlert() {
        answer = new Answer(202, "{\"status\":\"success\"}");
        channel = channels.createPagerDuty(name(), "routing-secret");

        fireAndResolve();

        assertThat(RECEIVED)
                .extracting(received -> received.json().path("event_action").stringValue())
                .containsExactly("trigger", "resolve");
        assertThat(RECEIVED)
                .extracting(received -> received.json().path("dedup_key").stringValue())
                .containsOnly(alert.toString());
        assertThat(RECEIVED.get(0).json().path("payload").path("severity").stringValue())
                .isEqualTo("error");
        assertThat(stored()).doesNotContain("routing-secret");
    }

    @Test
    void aMailServerThatSaysNothingIsNotWaitedForWithoutEnd(@Autowired JavaMailSenderImpl mail) {
        for (String protocol : List.of("smtp", "smtps")) {
            for (String wait : List.of("connectiontimeout", "timeout", "writetimeout")) {
                String property = "mail." + protocol + "." + wait;

                assertThat(mail.getJavaMailProperties().getProperty(property))
                        .as(property)
                        .matches("[1-9]\\d{3,4}");
            }
        }
    }

    @Test
    void mailHasTextAndHtmlAndIsOneThreadAnAlert() throws Exception {
        channel = channels.createEmail(name(), "on-call@example.org");

        fireAndResolve();

        var mails = MAIL.getReceivedMessages();
        assertThat(mails).hasSize(2);
        assertThat(mails[0].getSubject()).isEqualTo("Firing: <!channel> rule is bad");
        assertThat(mails[1].getSubject()).startsWith("Resolved: ");
        assertThat(mails)
                .allSatisfy(
                        mail -> assertThat(mail.getHeader("References")).containsExactly("<" + alert + "@runledger>"));
        assertThat(outbox.about(alert))
                .extracting(message -> "<" + message.id() + "@runledger>")
                .containsExactly(mails[0].getMessageID(), mails[1].getMessageID());
        assertThat(GreenMailUtil.getWholeMessage(mails[0]))
                .contains("text/plain", "text/html", "&lt;!channel&gt; rule");
    }

    @Test
    void aTestSaysWhatTheReceiverAnsweredWithoutTheSecret() {
        channel = channels.createPagerDuty(name(), "routing-secret");
        answer = new Answer(400, "unknown key routing-secret\n" + "x".repeat(100_000));

        AlertChannels.Tried tried = channels.test(channel.id());

        assertThat(tried.isTaken()).isFalse();
        assertThat(tried.answer()).startsWith("HTTP 400: unknown key *** xxx").hasSizeLessThan(220);
        assertThat(channels.find(channel.id()).lastAnswer()).isEqualTo(tried.answer());
        assertThat(channels.find(channel.id()).lastDeliveredAt()).isNull();
        answer = new Answer(202, "");
        assertThat(channels.test(channel.id())).isEqualTo(new AlertChannels.Tried(true, "HTTP 202"));
        assertThat(channels.find(channel.id()).lastDeliveredAt()).isNotNull();
        assertThat(channels.test(UUID.randomUUID())).isNull();
    }

    @Test
    void slackRefusesWithTheStatus200() {
        channel = channels.createSlackBot(name(), "xoxb-secret", "#nowhere");
        answer = new Answer(200, "{\"ok\":false,\"error\":\"channel_not_found\"}");

        assertThat(channels.test(channel.id()))
                .isEqualTo(new AlertChannels.Tried(false, "HTTP 200: {\"ok\":false,\"error\":\"channel_not_found\"}"));
        outbox.addFiring(alert, body("alert.firing"), List.of(channel.id()), "", Duration.ZERO);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> outbox.about(alert).get(0).lastAnswer() != null);
        assertThat(channels.find(channel.id()).waitingMessages()).isEqualTo(1);
    }

    @Test
    void whatNoReceiverHasIsRefused() {
        channel = channels.createEmail(name(), "on-call@example.org");

        assertThatIllegalArgumentException().isThrownBy(() -> channels.createEmail(name(), "a@b.org\r\nBcc: c@d.org"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> channels.createSlackBot(name(), "xoxb\r\nHost: x", "#alerts"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> channels.createSlackHook(name(), "http://169.254.169.254/"));
        assertThatIllegalArgumentException().isThrownBy(() -> channels.createPagerDuty(name(), " "));
    }

    private void fireAndResolve() {
        outbox.addFiring(alert, body("alert.firing"), List.of(channel.id()), "", Duration.ZERO);
        outbox.addResolved(alert, body("alert.resolved"));
        awaitDelivered(alert);
    }

    private void awaitDelivered(UUID alert) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> outbox.about(alert).stream()
                        .allMatch(message -> message.state() == AlertMessage.State.DELIVERED));
    }

    private String body(String type) {
        return """
                {"type": "%s", "timestamp": "2026-01-01T03:00:01Z", "data": {"id": "%s", "summary": "<!channel> rule is bad",
                 "firedAt": "2026-01-01T03:00:00Z", "runIds": []}}
                """.formatted(type, alert);
    }

    private String stored() {
        return jdbc.sql("SELECT alert_channel::text || encode(secret, 'escape') FROM alert_channel WHERE id = :id")
                .param("id", channel.id())
                .query(String.class)
                .single();
    }

    private static String name() {
        return "channel " + UUID.randomUUID();
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + RECEIVER.getAddress().getPort() + path;
    }

    private static HttpServer receiver() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                RECEIVED.add(new Received(
                        exchange.getRequestURI().getPath(),
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        JSON.readTree(exchange.getRequestBody().readAllBytes())));
                byte[] body = answer.body().getBytes(UTF_8);
                exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
