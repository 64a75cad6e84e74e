package dev.runledger.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@RunledgerTest
class StartMessageTests {

    @Autowired
    StartMessage message;

    @Test
    void aStartSaysWhatMattersInAtMostTenLinesAndNoKey() throws Exception {
        assertThat(message.message("http://server").strip().lines())
                .hasSizeLessThanOrEqualTo(10)
                .contains(
                        "Runledger answers at http://server, GraphiQL at http://server/graphiql, the reference at http://server/docs",
                        "  traces: off")
                .anyMatch(line -> line.matches("  database: PostgreSQL \\d+.*, migration \\d+"))
                .anyMatch(line -> line.matches("  runs: (none yet|the latest started at \\d.*)"))
                .anyMatch(
                        line -> line.startsWith("  keys: 1 writer, 1 reporter, 1 viewer, 1 analyst, 1 oncall, 1 admin"))
                .noneMatch(line -> line.contains(TestKeys.ADMIN) || line.contains(TestKeys.REPORTER));
    }
}
