package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.RequestFailure;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Answers as bytes: each of a bounded size, and of those that wait to be read no more at once than memory has room for. */
@Component
class Answers {

    static final int MAX_BYTES = 16 << 20;

    private final JsonMapper json;
    private final AtomicLong unread = new AtomicLong();
    private final long maxUnread = Math.max(2L * MAX_BYTES, Runtime.getRuntime().maxMemory() / 8);

    Answers(JsonMapper json) {
        this.json = json;
    }

    /**
     * The answer in JSON, which counts as unread until {@link #forget}.
     *
     * @throws RequestFailure if it is too large, or too many are unread
     */
    byte[] bytes(Object answer) {
        Bounded bytes = new Bounded();
        try {
            json.writeValue(bytes, answer);
        } catch (JacksonException | Full e) {
            if (bytes.size() < MAX_BYTES) {
                throw e;
            }
            throw RequestFailure.limitExceeded(
                    "The answer has more than %d bytes; request less at once".formatted(MAX_BYTES));
        }
        if (unread.addAndGet(bytes.size()) > maxUnread) {
            forget(bytes.size());
            throw RequestFailure.limitExceeded(
                    "Answers of %d bytes wait to be read by their clients; try again later".formatted(maxUnread));
        }
        return bytes.toByteArray();
    }

    void forget(int bytes) {
        unread.addAndGet(-bytes);
    }

    private static final class Full extends RuntimeException {

        Full() {
            super(null, null, false, false);
        }
    }

    private static final class Bounded extends ByteArrayOutputStream {

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (count + length > MAX_BYTES) {
                count = MAX_BYTES;
                throw new Full();
            }
            super.write(bytes, offset, length);
        }
    }
}
