package dev.runledger.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimeTests {

    @ParameterizedTest
    @CsvSource({
        "2026-01-23T03:45:00.762911,       2026-01-23T03:45:00.762911Z",
        "2026-01-23T03:45:00.762911+00:00, 2026-01-23T03:45:00.762911Z",
        "2026-01-23T03:45:00Z,             2026-01-23T03:45:00Z",
        "2026-01-23 03:45:00,              2026-01-23T03:45:00Z",
        "2026-01-23T03:45,                 2026-01-23T03:45:00Z",
        "2026-01-23,                       2026-01-23T00:00:00Z",
        "2026-01-23T03:45:00+05:45,        2026-01-22T22:00:00Z",
        "2026-01-23T03:45:00-0330,         2026-01-23T07:15:00Z",
        "2026-01-23T03:45:00+02,           2026-01-23T01:45:00Z",
        "2026-01-23T03:45:00 02:00,        2026-01-23T01:45:00Z",
        "2026-01-23T03:45:00.1234569Z,     2026-01-23T03:45:00.123456Z",
        "0001-01-01T00:00:00Z,             0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00,        0000-12-31T23:00:00Z",
        "9999-12-31T23:59:59.999999Z,      9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-01:00,        +10000-01-01T00:59:59Z"
    })
    void readsWhatReportersWrite(String text, Instant moment) {
        assertThat(IsoTime.parse(text).toInstant()).isEqualTo(moment);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "today",
                "1763888400",
                "2026-1-3",
                "2026-02-30",
                "2026-01-23T24:30:00Z",
                "2026-01-23T03:45:00+19:00",
                "2026-01-23T03:45:60Z",
                "10000-01-01",
                "2026-01-23T03:45:00Europe/Berlin"
            })
    void refusesWhatIsNoMoment(String text) {
        assertThat(IsoTime.parse(text)).isNull();
    }
}
