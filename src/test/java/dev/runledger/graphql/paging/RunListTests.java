package dev.runledger.graphql.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.search.RunOrder;
import dev.runledger.search.RunPosition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunListTests {

    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00.123456Z");
    private static final UUID ID = UUID.fromString("0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55");

    @Test
    void theLastDaysStayWhereTheyWereWhenTheFirstPageWasAskedFor() {
        RunFilterInput threeDays = lastDays(3);
        RunList first = RunList.of(threeDays, RunOrder.LATEST, forward(null), NOW);
        String cursor = cursor(first, "2026-03-09T00:00Z");

        RunList later = RunList.of(threeDays, RunOrder.LATEST, forward(cursor), NOW.plusSeconds(86_400));

        assertThat(later.filter().from()).isEqualTo(Instant.parse("2026-03-07T12:00:00.123456Z"));
        assertThat(later.filter().to()).isEqualTo(NOW);
        assertThat(later.filter()).isEqualTo(first.filter());
        assertThat(later.start()).isEqualTo(new RunPosition("2026-03-09T00:00:00Z", ID));
    }

    @Test
    void otherLastDaysAreAnotherFilter() {
        String cursor = cursor(RunList.of(lastDays(3), RunOrder.LATEST, forward(null), NOW), "2026-03-09T00:00Z");

        assertThatThrownBy(() -> RunList.of(lastDays(4), RunOrder.LATEST, forward(cursor), NOW))
                .isInstanceOf(RequestFailure.class)
                .hasMessageContaining("another filter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2|COST|DESC|0011223344556677|-|NaN|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|COST|DESC|0011223344556677|-|1); DROP|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|ERRORS|DESC|0011223344556677|-|-|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|STARTED_AT|DESC|0011223344556677|-|-|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|STARTED_AT|DESC|0011223344556677|-|+99999-01-01T00:00Z|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|STARTED_AT|DESC|0011223344556677|-|9999-12-31T00:00Z|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|STARTED_AT|DESC|0011223344556677|-|0001-01-01T00:00Z|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|COST|DESC|0011223344556677|9999-12-31T00:00:00Z|1.0|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|COST|DESC|0011223344556677|-|1.0|not-an-id",
                "2|COST|SIDEWAYS|0011223344556677|-|1.0|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "1|COST|DESC|0011223344556677|-|1.0|0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55",
                "2|COST"
            })
    void aForgedCursorIsNone(String content) {
        CRC32 checksum = new CRC32();
        checksum.update(content.getBytes(StandardCharsets.UTF_8));
        String whole = content + "|" + Long.toHexString(checksum.getValue());

        assertThat(RunCursor.decode(
                        Base64.getUrlEncoder().encodeToString(whole.getBytes(StandardCharsets.UTF_8)),
                        PlausibleTimes.at(NOW)))
                .isNull();
    }

    @Test
    void aCursorComesBackAsItWas() {
        for (RunOrder.Key key : RunOrder.Key.values()) {
            String value = switch (key) {
                case STARTED_AT -> "2026-03-09T00:00:00.000001Z";
                case ERRORS -> "7";
                default -> "-1.0E-300";
            };
            RunCursor cursor =
                    new RunCursor(new RunOrder(key, RunOrder.Direction.ASC), "00ff", NOW, new RunPosition(value, ID));
            assertThat(RunCursor.decode(cursor.encode(), PlausibleTimes.at(NOW)))
                    .isEqualTo(cursor);
        }
        RunCursor valueless = new RunCursor(
                new RunOrder(RunOrder.Key.COST, RunOrder.Direction.DESC), "00ff", null, new RunPosition(null, ID));
        assertThat(RunCursor.decode(valueless.encode(), PlausibleTimes.at(NOW))).isEqualTo(valueless);
    }

    private static String cursor(RunList list, String startedAt) {
        return new RunCursor(list.order(), list.filterHash(), list.asOf(), new RunPosition(startedAt, ID)).encode();
    }

    private static PageArguments forward(@Nullable String after) {
        return PageArguments.of(3, after, null, null);
    }

    private static RunFilterInput lastDays(int days) {
        return new RunFilterInput(
                null, null, days, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null);
    }
}
