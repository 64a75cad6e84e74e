package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.runledger.OwnLedgerTest;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages, as a real receiver gets them. */
@OwnLedgerTest
@TestPropertySource(
        properties = {"runledger.alerts.secret-key=key-of-the-tests-of-alerts", "runledger.alerts.private-targets=true"
        })
class WebhookDeliveryTests {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Autowired
    AlertAdministration administration;

    @Autowired
    AlertRules rules;

    @Autowired
    Alerts alerts;

    @Autowired
    AlertChannels channels;

    @Autowired
    AlertEvaluation evaluation;

    @Autowired
    Outbox outbox;

    @Autowired
    ChannelSecrets secrets;

    @Autowired
    WebhookTarget target;

    @Autowired
    ChannelClient client;

    @Autowired
    ChannelRequests requests;

    @Autowired
    AlertMails mails;

    @Autowired
    JdbcClient jdbc;

    private record Received(String host, String id, String timestamp, String signature, String body) {

        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    private record Answer(int status, Map<String, String> headers) {}

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private HttpServer receiver;
    private AlertChannels.Created channel;
    private UUID rule;

    @BeforeEach
    void receive() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            var headers = exchange.getRequestHeaders();
            received.add(new Received(
                    headers.getFirst("Host"),
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            Answer answer;
            synchronized (answers) {
                answer = answers.isEmpty() ? new Answer(204, Map.of()) : answers.remove();
            }
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.sendResponseHeaders(answer.status(), -1);
            exchange.close();
        });
        receiver.start();
        channel = channels.create("channel " + UUID.randomUUID(), url(""));
        rule = administration
                .create(
                        Rules.of("rule", AlertKind.CONSECUTIVE, Metric.OVERALL_SUCCESS_RATE, RunFilter.ALL, 0.5, 1, 1),
                        List.of(channel.channel().id()))
                .id();
    }

    @AfterEach
    void deleteAll() {
        receiver.stop(0);
        administration.delete(rule);
        channels.delete(channel.channel().id());
        jdbc.sql("DELETE FROM question_generation_runs").update();
    }

    @Test
    void aFiringAndItsEndArriveOnceEachSignedAndInOrder() throws Exception {
        report(1, 10);
        awaitMessages(1);
        report(2, 90);
        awaitMessages(2);

        JsonNode firing = received.get(0).json();
        JsonNode resolved = received.get(1).json();
        assertThat(firing.path("type").stringValue()).isEqualTo("alert.firing");
        assertThat(resolved.path("type").stringValue()).isEqualTo("alert.resolved");
        assertThat(firing.path("data").path("summary").stringValue())
                .isEqualTo("rule: OVERALL_SUCCESS_RATE is 0.1000, BELOW 0.5000 in 1 of the last 1 runs");
        assertThat(resolved.path("data").path("id"))
                .isEqualTo(firing.path("data").path("id"));
        assertThat(received.get(0).id()).isNotEqualTo(received.get(1).id());
        for (Received message : received) {
            assertThat(message.signature()).isEqualTo("v1," + signature(channel.secret(), message));
        }
    }

    @Test
    void whatIsNotTakenIsSentAgainUnderTheSameIdAndTheEndWaitsForIt() {
        answer(new Answer(500, Map.of()));
        report(1, 10);
        awaitMessages(1);
        report(2, 90);

        awaitMessages(3);
        assertThat(received.get(1).id()).isEqualTo(received.get(0).id());
        assertThat(received.get(1).body()).isEqualTo(received.get(0).body());
        assertThat(received.get(2).json().path("type").stringValue()).isEqualTo("alert.resolved");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> messages().stream().allMatch(message -> message.state() == AlertMessage.State.DELIVERED));
        assertThat(messages())
                .extracting(AlertMessage::attempts, AlertMessage::lastAnswer)
                .containsExactly(tuple(2, "HTTP 204"), tuple(1, "HTTP 204"));
    }

    @Test
    void aMessageWhoseSenderDiedIsSentByAnotherOneUnderTheSameId() {
        UUID alert = UUID.randomUUID();
        Clock past = Clock.fixed(Instant.now().minus(Duration.ofMinutes(10)), ZoneOffset.UTC);
        // Claimed by an instance that was killed before it noted an answer.
        Outbox ofKilled = new Outbox(jdbc, JSON, past);
        ofKilled.addFiring(alert, "{}", List.of(channel.channel().id()), "", Duration.ZERO);
        jdbc.sql("UPDATE alert_message SET attempts = 1, next_attempt_at = :until WHERE alert_id = :alert")
                .param("until", past.instant().plus(Outbox.CLAIM).atOffset(ZoneOffset.UTC))
                .param("alert", alert)
                .update();

        awaitMessages(1);

        await().atMost(Duration.ofSeconds(60))
                .until(() -> outbox.about(alert).get(0).state(), AlertMessage.State.DELIVERED::equals);
        assertThat(outbox.about(alert)).singleElement().satisfies(message -> {
            assertThat(message.attempts()).isEqualTo(2);
            assertThat(received.get(0).id()).isEqualTo(message.id().toString());
        });
    }

    @Test
    void severalInstancesSendEachMessageOnce() {
        List<UUID> all = IntStream.range(0, 40).mapToObj(i -> UUID.randomUUID()).toList();
        all.forEach(
                alert -> outbox.addFiring(alert, "{}", List.of(channel.channel().id()), "", Duration.ZERO));
        List<MessageSender> instances = IntStream.range(0, 3)
                .mapToObj(i -> new MessageSender(outbox, client, Clock.systemUTC()))
                .toList();

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            instances.parallelStream().forEach(MessageSender::sendDue);
            return all.stream().allMatch(alert -> outbox.about(alert).get(0).state() == AlertMessage.State.DELIVERED);
        });

        assertThat(received).hasSize(40).extracting(Received::id).doesNotHaveDuplicates();
    }

    @Test
    void aRedirectIsNotFollowed() {
        answer(new Answer(302, Map.of("Location", url("elsewhere"), "Retry-After", "600")));
        report(1, 10);

        awaitMessages(1);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> "HTTP 302".equals(messages().get(0).lastAnswer()));
        assertThat(received).hasSize(1);
        assertThat(nextAttempt()).isAfter(Instant.now().plusSeconds(500));
    }

    @Test
    void aMessageIsGivenUpVisiblyAfterADay() {
        answer(new Answer(503, Map.of()));
        UUID alert = UUID.randomUUID();
        new Outbox(jdbc, JSON, Clock.fixed(Instant.now().minus(Duration.ofHours(25)), ZoneOffset.UTC))
                .addFiring(alert, "{}", List.of(channel.channel().id()), "", Duration.ZERO);

        await().atMost(Duration.ofSeconds(60))
                .until(() -> outbox.about(alert).get(0).state(), AlertMessage.State.GIVEN_UP::equals);
        assertThat(outbox.about(alert).get(0).lastAnswer()).isEqualTo("HTTP 503");
    }

    @Test
    void aSilencedRuleSendsNothingUntilItIsNotAndFires() {
        administration.silence(rule, Instant.now().plusSeconds(3600));
        report(1, 10);
        evaluation.evaluate(rule);
        assertThat(messages()).isEmpty();

        administration.silence(rule, null);
        awaitMessages(1);
        assertThat(received.get(0).json().path("type").stringValue()).isEqualTo("alert.firing");
    }

    @Test
    void aDeletedRuleTellsThatWhatFiredIsOver() {
        report(1, 10);
        awaitMessages(1);

        administration.delete(rule);

        awaitMessages(2);
        assertThat(received.get(1).json().path("type").stringValue()).isEqualTo("alert.resolved");
        assertThat(received.get(1).json().path("data").path("withdrawnAt").isString())
                .isTrue();
    }

    @Test
    void secretsAreStoredEncrypted() {
        byte[] stored = jdbc.sql("SELECT secret FROM alert_channel WHERE id = :id")
                .param("id", channel.channel().id())
                .query(byte[].class)
                .single();
        byte[] secret = Base64.getDecoder().decode(channel.secret().substring("whsec_".length()));

        assertThat(new String(stored, UTF_8)).doesNotContain(new String(secret, UTF_8));
        assertThat(secrets.decrypt(stored)).isEqualTo(secret);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ChannelSecrets("another key of the tests").decrypt(stored))
                .withMessageContaining("not the one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "http://[fe80::1]/",
                "http://[::ffff:169.254.169.254]/",
                "http://2852039166/",
                "http://0251.0376.0251.0376/",
                "http://0xa9fea9fe/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://224.0.0.1/",
                "http://[ff02::1]/",
                "http://0.1.2.3/",
                "http://255.255.255.255/",
                "http://0.0.0.0/",
                "http://100.100.100.200/",
                "http://[fd00:ec2::254]/",
                "ftp://example.com/",
                "http://user:password@127.0.0.1/",
                "file:///etc/passwd",
                "nothing"
            })
    void addressesThatNoReceiverHasAreRefused(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> channels.create("c", url));
    }

    @Test
    void privateAddressesAreRefusedUnlessAllowed() throws Exception {
        WebhookTarget publicOnly = new WebhookTarget(false);

        for (String url : List.of(
                "http://127.0.0.1/",
                "http://10.1.2.3/",
                "http://192.168.0.1/",
                "http://[fd12::1]/",
                "http://[::1]/",
                "http://100.64.0.1/")) {
            assertThatThrownBy(() -> publicOnly.addresses(WebhookTarget.uri(url)))
                    .hasMessageStartingWith("Private addresses are refused");
            assertThat(target.addresses(WebhookTarget.uri(url))).hasSize(1);
        }
        assertThat(publicOnly.addresses(WebhookTarget.uri("https://93.184.216.34/")))
                .hasSize(1);
    }

    /** Whoever owns the name may answer otherwise a moment later. */
    @Test
    void theConnectionGoesToTheAddressThatWasChecked() throws Exception {
        List<String> lookups = new CopyOnWriteArrayList<>();
        WebhookTarget rebinding = new WebhookTarget(true, host -> {
            lookups.add(host);
            return new InetAddress[] {InetAddress.getByName(lookups.size() == 1 ? "127.0.0.1" : "169.254.169.254")};
        });
        URI uri = URI.create(
                "http://rebinding.invalid:%d/".formatted(receiver.getAddress().getPort()));
        try (ChannelClient rebound = new ChannelClient(requests, secrets, rebinding, mails, JSON)) {
            ChannelMessage message = message(uri);
            assertThat(rebound.send(message).get(30, TimeUnit.SECONDS).isTaken())
                    .isTrue();
            assertThat(received)
                    .extracting(Received::id, Received::host)
                    .containsExactly(tuple(message.id().toString(), uri.getAuthority()));
            assertThat(lookups).containsExactly(uri.getHost());

            assertThat(rebound.send(message).get(30, TimeUnit.SECONDS).text())
                    .isEqualTo("Link-local, metadata and multicast addresses are refused");
            assertThat(received).hasSize(1);
        }
    }

    @Test
    void anAnswerThatNeverEndsIsReadInPart() throws Exception {
        receiver.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] bytes = "never ends ".repeat(100).getBytes(UTF_8);
            try (var body = exchange.getResponseBody()) {
                while (true) {
                    body.write(bytes);
                }
            }
        });

        ReceiverAnswer answer = client.send(message(URI.create(url("endless")))).get(30, TimeUnit.SECONDS);

        assertThat(answer.isTaken()).isTrue();
        assertThat(answer.text()).startsWith("HTTP 200: never ends never ends").hasSizeLessThan(300);
    }

    private ChannelMessage message(URI uri) {
        return new ChannelMessage(
                UUID.randomUUID(),
                "{}",
                ChannelKind.WEBHOOK,
                uri.toString(),
                secrets.encrypt("secret".getBytes(UTF_8)),
                null,
                null);
    }

    private void answer(Answer answer) {
        synchronized (answers) {
            answers.add(answer);
        }
    }

    private String url(String path) {
        return "http://127.0.0.1:%d/%s".formatted(receiver.getAddress().getPort(), path);
    }

    private void awaitMessages(int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> received.size() >= count);
        assertThat(received).hasSize(count);
    }

    private List<AlertMessage> messages() {
        List<Alert> all = alerts.page(new Alerts.Selection(rule, false, null), null, 10);
        return all.isEmpty() ? List.of() : outbox.about(all.get(0).id());
    }

    private Instant nextAttempt() {
        return jdbc.sql("SELECT next_attempt_at FROM alert_message")
                .query(java.time.OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private void report(int hour, int percent) {
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, completed_at, status, environment, questions_requested, questions_inserted)
                VALUES (:id, now() + :hour * interval '1 second', now(), 'success', 'production', 100, :inserted)
                """)
                .param("id", UUID.randomUUID())
                .param("hour", hour)
                .param("inserted", percent)
                .update();
        evaluation.evaluate(rule);
    }

    private static String signature(String secret, Received message) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        String signed = message.id() + "." + message.timestamp() + "." + message.body();
        return Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
    }
}
