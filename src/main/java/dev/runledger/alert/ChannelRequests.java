package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A message as its receiver takes it over HTTP.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 * @see <a href="https://developer.pagerduty.com/docs/events-api-v2/trigger-events/">PagerDuty, Events v2</a>
 * @see <a href="https://docs.slack.dev/reference/methods/chat.postMessage">Slack, chat.postMessage</a>
 */
@Component
class ChannelRequests {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int MAX_SUMMARY = 1_024;

    private final ChannelSecrets secrets;
    private final JsonMapper json;
    private final Clock clock;
    private final String slackApi;
    private final String pagerDutyEvents;

    ChannelRequests(
            ChannelSecrets secrets,
            JsonMapper json,
            Clock clock,
            @Value("${runledger.alerts.slack-api}") String slackApi,
            @Value("${runledger.alerts.pagerduty-events}") String pagerDutyEvents) {
        this.secrets = secrets;
        this.json = json;
        this.clock = clock;
        this.slackApi = slackApi;
        this.pagerDutyEvents = pagerDutyEvents;
    }

    String slackApi() {
        return slackApi;
    }

    String pagerDutyEvents() {
        return pagerDutyEvents;
    }

    /** @throws IllegalArgumentException if the channel's secret cannot be decrypted, or its address is none */
    HttpPost of(ChannelMessage message) {
        byte[] secret = secrets.decrypt(Objects.requireNonNull(message.secret()));
        return switch (message.kind()) {
            case WEBHOOK -> webhook(message, secret);
            case SLACK -> message.recipient() == null ? slackHook(message, secret) : slackBot(message, secret);
            case PAGERDUTY -> pagerDuty(message, secret);
            case EMAIL -> throw new IllegalArgumentException("Mail does not go over HTTP");
        };
    }

    private HttpPost webhook(ChannelMessage message, byte[] secret) {
        String timestamp = String.valueOf(clock.instant().getEpochSecond());
        String signed = message.id() + "." + timestamp + "." + message.body();
        HttpPost request = to(message.url());
        request.setHeader("webhook-id", message.id().toString());
        request.setHeader("webhook-timestamp", timestamp);
        request.setHeader("webhook-signature", "v1," + signature(secret, signed));
        return with(request, message.body());
    }

    private HttpPost slackHook(ChannelMessage message, byte[] secret) {
        String text = AlertText.of(json.readTree(message.body())).slack();
        return post(to(new String(secret, UTF_8)), Map.of("text", text));
    }

    private HttpPost slackBot(ChannelMessage message, byte[] secret) {
        Map<String, Object> call = new LinkedHashMap<>();
        String method = "chat.postMessage";
        call.put("channel", message.recipient());
        if (message.receipt() != null) {
            String[] posted = message.receipt().split(" ");
            method = "chat.update";
            call.put("channel", posted[0]);
            call.put("ts", posted[1]);
        }
        call.put("text", AlertText.of(json.readTree(message.body())).slack());
        HttpPost request = to(slackApi + "/" + method);
        request.setHeader("Authorization", "Bearer " + new String(secret, UTF_8));
        return post(request, call);
    }

    private HttpPost pagerDuty(ChannelMessage message, byte[] secret) {
        JsonNode body = json.readTree(message.body());
        AlertText text = AlertText.of(body);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("routing_key", new String(secret, UTF_8));
        event.put("event_action", text.isOver() ? "resolve" : "trigger");
        event.put("dedup_key", text.alertId());
        if (!text.isOver()) {
            String summary = text.summary();
            event.put(
                    "payload",
                    Map.of(
                            "summary",
                            summary.substring(0, Math.min(MAX_SUMMARY, summary.length())),
                            "source",
                            "runledger",
                            "severity",
                            text.isTest() ? "info" : "error",
                            "custom_details",
                            body.path("data")));
        }
        return post(to(pagerDutyEvents), event);
    }

    private HttpPost post(HttpPost request, Map<String, Object> body) {
        return with(request, json.writeValueAsString(body));
    }

    private static HttpPost with(HttpPost request, String body) {
        request.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
        return request;
    }

    private static HttpPost to(String url) {
        URI uri = WebhookTarget.uri(url);
        HttpPost request = new HttpPost(uri);
        request.setHeader("User-Agent", "runledger");
        return request;
    }

    private static String signature(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
