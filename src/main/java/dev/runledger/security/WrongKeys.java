package dev.runledger.security;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/**
 * Counts wrong keys by address, logs that there are some, and says when an address has presented too many. Right keys are
 * never asked about here, so whoever shares an address with a guesser is served as ever.
 */
@Component
@ConditionalOnWebApplication
class WrongKeys {

    /** Wrong keys that an address may present at once; one more every {@link #REFILL}. */
    static final int BURST = 30;

    static final Duration REFILL = Duration.ofSeconds(2);
    static final int MAX_ADDRESSES = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(WrongKeys.class);
    private static final Duration BETWEEN_LOGS = Duration.ofMinutes(1);
    private static final int IPV6_NETWORK_BYTES = 8;
    private static final int MAX_ADDRESS_LENGTH = 64;

    /** A token bucket as it was at a moment. */
    private record Allowance(double left, Instant at) {

        Allowance at(Instant now) {
            double gained = (double) Duration.between(at, now).toMillis() / REFILL.toMillis();
            return new Allowance(Math.min(BURST, left + Math.max(0, gained)), now);
        }
    }

    private final Clock clock;
    private final Counter counter;
    private final Map<String, Allowance> allowances = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };
    private Instant nextLog = Instant.MIN;
    private long unlogged;
    private long notTaken;
    private String latestAddress = "";

    WrongKeys(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        counter = Counter.builder("runledger.keys.wrong")
                .description("Requests and WebSockets with a service key that is not valid")
                .register(meters);
    }

    /**
     * Counts one wrong key.
     *
     * @return how long the address has to wait before it is answered in the usual way; null if it need not wait
     */
    synchronized @Nullable Duration count(String address) {
        Instant now = clock.instant();
        counter.increment();
        log(address, now);
        String network = network(address);
        Allowance allowance =
                allowances.getOrDefault(network, new Allowance(BURST, now)).at(now);
        if (allowance.left() >= 1) {
            allowances.put(network, new Allowance(allowance.left() - 1, now));
            return null;
        }
        allowances.put(network, allowance);
        return Duration.ofMillis((long) Math.ceil((1 - allowance.left()) * REFILL.toMillis()));
    }

    /** Wrong keys, and where the latest came from. */
    record Refused(long count, String latestAddress) {}

    /** Those since this was last asked; null if there were none. */
    synchronized @Nullable Refused takeRefused() {
        Refused refused = notTaken == 0 ? null : new Refused(notTaken, latestAddress);
        notTaken = 0;
        return refused;
    }

    private void log(String address, Instant now) {
        unlogged++;
        notTaken++;
        latestAddress = shortened(address);
        if (!now.isBefore(nextLog)) {
            LOG.warn(
                    "Refused {} wrong service key(s) since this was last logged, the latest from {}",
                    unlogged,
                    shortened(address));
            unlogged = 0;
            nextLog = now.plus(BETWEEN_LOGS);
        }
    }

    /** Who has one IPv6 address usually has 2^64 of them. */
    private static String network(String address) {
        if (address.indexOf(':') >= 0) {
            try {
                byte[] bytes = InetAddress.getByName(address).getAddress();
                return Arrays.toString(Arrays.copyOf(bytes, Math.min(bytes.length, IPV6_NETWORK_BYTES)));
            } catch (UnknownHostException e) {
                // What a proxy names is not always an address.
            }
        }
        return shortened(address);
    }

    private static String shortened(String address) {
        return address.length() <= MAX_ADDRESS_LENGTH ? address : address.substring(0, MAX_ADDRESS_LENGTH);
    }
}
