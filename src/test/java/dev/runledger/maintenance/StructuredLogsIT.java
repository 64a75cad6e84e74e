package dev.runledger.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class StructuredLogsIT {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    @Test
    void everyLineOfAFirstStartIsJsonAndNoneHasAKey() throws Exception {
        try (ServerProcess server =
                ServerProcess.run(directory, List.of(), Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"))) {
            server.await("the address", () -> server.output().contains("Runledger answers at"));

            List<String> lines = server.output().lines().toList();
            assertThat(lines)
                    .isNotEmpty()
                    .allSatisfy(line ->
                            assertThat(JSON.readTree(line).propertyNames()).contains("@timestamp", "message"));
            List<String> keys = Files.readAllLines(directory.resolve("data/keys")).stream()
                    .filter(line -> line.contains("="))
                    .map(line -> line.substring(line.indexOf('=') + 1))
                    .toList();
            assertThat(keys).isNotEmpty();
            assertThat(server.output()).doesNotContain(keys);
        }
    }
}
