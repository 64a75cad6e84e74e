package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class WrongKeysTests {

    private Instant now = Instant.parse("2026-11-01T00:00:00Z");

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final WrongKeys wrongKeys = new WrongKeys(
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            },
            meters);

    @Test
    void anAddressThatPresentsTooManyHasToWaitAndOthersNeedNot() {
        exhaust("192.0.2.1");

        assertThat(wrongKeys.count("192.0.2.1")).isEqualTo(WrongKeys.REFILL);
        assertThat(wrongKeys.count("192.0.2.2")).isNull();

        now = now.plus(WrongKeys.REFILL);
        assertThat(wrongKeys.count("192.0.2.1")).isNull();
        assertThat(wrongKeys.count("192.0.2.1")).isEqualTo(WrongKeys.REFILL);
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        exhaust("2001:db8:1:2::1");

        assertThat(wrongKeys.count("2001:db8:1:2:ffff::9")).isNotNull();
        assertThat(wrongKeys.count("2001:db8:1:3::1")).isNull();
    }

    @Test
    void addressesBeyondTheBoundAreForgottenTheOldestFirst() {
        exhaust("192.0.2.1");
        IntStream.range(0, WrongKeys.MAX_ADDRESSES).forEach(i -> wrongKeys.count("address-" + i));

        assertThat(wrongKeys.count("192.0.2.1")).isNull();
    }

    @Test
    void wrongKeysAreCountedAndLoggedOnceAMinute(CapturedOutput output) {
        exhaust("192.0.2.1");
        assertThat(output.getOut().lines().filter(line -> line.contains("192.0.2.1")))
                .hasSize(1);

        now = now.plusSeconds(60);
        wrongKeys.count("192.0.2.7");
        assertThat(output).contains("Refused " + WrongKeys.BURST + " wrong service key(s)", "from 192.0.2.7");
        assertThat(meters.get("runledger.keys.wrong").counter().count()).isEqualTo(WrongKeys.BURST + 1.0);
    }

    private void exhaust(String address) {
        IntStream.range(0, WrongKeys.BURST)
                .forEach(i -> assertThat(wrongKeys.count(address)).isNull());
    }
}
