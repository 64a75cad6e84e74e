package dev.runledger.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReportDigestTests {

    private final ReportReader reader = new ReportReader(Clock.systemUTC());

    /** A digest that changes makes every retry of a report that is stored already a conflict. */
    @Test
    void aReportKeepsItsDigestInEveryVersion() {
        RunReport report = reader.read(JsonMapper.shared().readTree("""
                {"started_at": "2026-11-20T03:00:00Z", "status": "success", "questions_requested": 50, "approval_rate": 0.730,
                 "environment": "production", "provider_metrics": {"openai": {"generated": 49, "api_calls": 50}}}"""));

        assertThat(HexFormat.of().formatHex(ReportDigest.of(report)))
                .isEqualTo("5f9be51b657d94f57e2ad33a108710c1d4740d69b076d9c6c71e4140476f1af8");
    }
}
