package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveShutdownIT {

    @TempDir
    Path directory;

    @Test
    void aStopEndsSubscriptionsInGoodOrderInsteadOfWaitingForThem() throws Exception {
        try (ServerProcess server = ServerProcess.start(directory)) {
            String key = key();
            try (EventStreamClient stream =
                            EventStreamClient.open(server.address(), key, LiveOverEventsTests.RUN_CHANGED, Map.of());
                    WebSocketClient client = WebSocketClient.ready(server.address(), key)) {
                client.subscribe("a", LiveOverEventsTests.RUN_CHANGED, Map.of());

                server.terminate();

                assertThat(stream.next().name()).isEqualTo("complete");
                assertThat(client.closeCode()).isEqualTo(1001);
            }
            assertThat(server.output()).contains("Graceful shutdown complete").doesNotContain("aborted", "ERROR");
        }
    }

    private String key() throws IOException {
        Properties keys = new Properties();
        keys.load(Files.newBufferedReader(directory.resolve("data").resolve("keys")));
        return keys.getProperty("analyst");
    }
}
