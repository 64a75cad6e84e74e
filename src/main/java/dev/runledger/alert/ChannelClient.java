package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.alert.WebhookTarget.RefusedAddressException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends a message to its receiver, once. Redirects are not followed, and the connection goes to the very address that was checked, not to
 * what the name of the host means a moment later.
 */
@Component
class ChannelClient implements AutoCloseable {

    private static final int MAX_ANSWER = 200;
    private static final int MAX_READ = 4_096;
    private static final int MAX_CONNECTIONS = 50;

    private final ChannelRequests requests;
    private final ChannelSecrets secrets;
    private final WebhookTarget target;
    private final AlertMails mails;
    private final JsonMapper json;
    private final ExecutorService sending = Executors.newCachedThreadPool();
    private final CloseableHttpClient http = HttpClients.custom()
            .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(MAX_CONNECTIONS)
                    .setMaxConnPerRoute(MAX_CONNECTIONS)
                    .setDefaultConnectionConfig(ConnectionConfig.custom()
                            .setConnectTimeout(Timeout.of(ChannelRequests.TIMEOUT))
                            .setSocketTimeout(Timeout.of(ChannelRequests.TIMEOUT))
                            .build())
                    .build())
            .setDefaultRequestConfig(RequestConfig.custom()
                    .setConnectionRequestTimeout(Timeout.of(ChannelRequests.TIMEOUT))
                    .setResponseTimeout(Timeout.of(ChannelRequests.TIMEOUT))
                    .build())
            .disableRedirectHandling()
            // What was not taken is sent again later, when the message is due.
            .disableAutomaticRetries()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .useSystemProperties()
            .build();

    ChannelClient(
            ChannelRequests requests, ChannelSecrets secrets, WebhookTarget target, AlertMails mails, JsonMapper json) {
        this.requests = requests;
        this.secrets = secrets;
        this.target = target;
        this.mails = mails;
        this.json = json;
    }

    /** What a receiver answers, as far as it is read. */
    private record Response(int status, @Nullable String retryAfter, String body) {}

    CompletableFuture<ReceiverAnswer> send(ChannelMessage message) {
        if (message.kind() == ChannelKind.EMAIL) {
            return CompletableFuture.supplyAsync(() -> mails.send(message), sending);
        }
        HttpPost request;
        URI uri;
        List<InetAddress> addresses;
        try {
            request = requests.of(message);
            uri = request.getUri();
            addresses = target.addresses(uri);
        } catch (UnknownHostException e) {
            return CompletableFuture.completedFuture(ReceiverAnswer.refused("The host is not known"));
        } catch (IllegalArgumentException | RefusedAddressException | URISyntaxException e) {
            return CompletableFuture.completedFuture(ReceiverAnswer.refused(e.getMessage()));
        }
        CompletableFuture<Response> call = new CompletableFuture<>();
        sending.execute(() -> {
            try {
                post(request, uri, addresses, call);
            } catch (IOException | RuntimeException e) {
                call.completeExceptionally(e);
            }
        });
        return call.copy()
                .orTimeout(2 * ChannelRequests.TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .handle((response, failure) -> {
                    // However much more there is.
                    request.cancel();
                    return response == null ? failed(failure) : answer(message, response);
                });
    }

    /** To the first of the addresses that can be connected to. Of the answer, its first bytes are read. */
    private void post(HttpPost request, URI uri, List<InetAddress> addresses, CompletableFuture<Response> call)
            throws IOException {
        int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
        IOException failure = new IOException("The host has no address");
        for (InetAddress address : addresses) {
            try {
                HttpHost host = new HttpHost(uri.getScheme(), address, uri.getHost(), port);
                http.execute(host, request, response -> call.complete(first(response)));
                return;
            } catch (HttpHostConnectException | ConnectTimeoutException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static Response first(ClassicHttpResponse response) throws IOException {
        Header retryAfter = response.getFirstHeader("Retry-After");
        byte[] body = response.getEntity() == null
                ? new byte[0]
                : response.getEntity().getContent().readNBytes(MAX_READ);
        return new Response(
                response.getCode(), retryAfter == null ? null : retryAfter.getValue(), new String(body, UTF_8));
    }

    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
        sending.shutdownNow();
    }

    private static ReceiverAnswer failed(@Nullable Throwable failure) {
        boolean isLate = failure instanceof TimeoutException
                || failure instanceof InterruptedIOException
                || failure != null && failure.getCause() instanceof InterruptedIOException;
        return ReceiverAnswer.refused(isLate ? "There was no answer in time" : "The connection failed");
    }

    private ReceiverAnswer answer(ChannelMessage message, Response response) {
        boolean isTaken = response.status() / 100 == 2;
        String receipt = null;
        if (isTaken && message.kind() == ChannelKind.SLACK && message.recipient() != null) {
            JsonNode said = read(response.body());
            isTaken = said.path("ok").booleanValue(false);
            if (isTaken) {
                receipt = said.path("channel").stringValue("") + " "
                        + said.path("ts").stringValue("");
            }
        }
        return new ReceiverAnswer(isTaken, text(message, response), response.retryAfter(), receipt);
    }

    private JsonNode read(String body) {
        try {
            return json.readTree(body);
        } catch (JacksonException e) {
            return json.createObjectNode();
        }
    }

    private String text(ChannelMessage message, Response response) {
        String body = response.body();
        if (message.kind() != ChannelKind.WEBHOOK && message.secret() != null) {
            body = body.replace(new String(secrets.decrypt(message.secret()), UTF_8), "***");
        }
        String plain = body.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return "HTTP " + response.status()
                + (plain.isEmpty() ? "" : ": " + plain.substring(0, Math.min(MAX_ANSWER, plain.length())));
    }
}
