package dev.runledger.maintenance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * The health check of a container without a shell: ends with 0 if the server of this container is ready, and with 1 if it says
 * otherwise or does not answer within five seconds. Its one argument is the address to get.
 */
public class HealthProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private HealthProbe() {}

    /** Asks once. */
    public static void main(String[] args) throws InterruptedException {
        System.exit(isReady(URI.create(args[0])) ? 0 : 1);
    }

    private static boolean isReady(URI health) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(health).timeout(PATIENCE).build();
        try {
            return HttpClient.newBuilder()
                            .connectTimeout(PATIENCE)
                            .build()
                            .send(request, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException unreachable) {
            return false;
        }
    }
}
