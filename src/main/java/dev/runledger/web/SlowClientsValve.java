package dev.runledger.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Keeps some of the web server's threads free for health, whatever else is asked, and holds no thread for long for the rest of
 * a body that nobody wants any more.
 */
final class SlowClientsValve extends ValveBase {

    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int DRAIN_BYTES = 64 << 20;
    private static final String HEALTH = "/actuator/health";

    private final Semaphore threads;

    SlowClientsValve(int threads) {
        super(true);
        this.threads = new Semaphore(threads);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (isForNobody(request) || request.getRequestURI().startsWith(request.getContextPath() + HEALTH)) {
            getNext().invoke(request, response);
        } else if (threads.tryAcquire()) {
            try {
                new ClientConnection(request.getCoyoteRequest()).attach(request);
                getNext().invoke(request, response);
                if (!request.isAsync()) {
                    drain(request.getCoyoteRequest());
                }
            } finally {
                threads.release();
            }
        } else {
            refuse(request, response);
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /** A request that Tomcat could not read has no address, and is refused by it at once. */
    private static boolean isForNobody(Request request) {
        return request.getContext() == null;
    }

    private static void refuse(Request request, Response response) throws IOException {
        ResponseHeaders.write(request, response);
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", "5");
        response.setContentType("application/json");
        response.getOutputStream()
                .write("{\"detail\":\"This server has as many requests as it can have, try again later\"}"
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** A client that goes on sending gets to read why it was refused, if it does not take too long. */
    private static void drain(org.apache.coyote.Request request) {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        try {
            Sink sink = new Sink();
            while (!request.isFinished()) {
                request.action(ActionCode.AVAILABLE, true);
                if (request.getAvailable() > 0) {
                    if (request.doRead(sink) < 0) {
                        return;
                    }
                } else {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                if (System.nanoTime() > deadline || sink.bytes > DRAIN_BYTES) {
                    request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
                    return;
                }
            }
        } catch (IOException e) {
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        } catch (InterruptedException e) {
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
            Thread.currentThread().interrupt();
        }
    }

    /** Forgets what it is given. */
    private static final class Sink implements ApplicationBufferHandler {

        private ByteBuffer buffer = ByteBuffer.allocate(0);
        private long bytes;

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            this.buffer = buffer;
            bytes += buffer.remaining();
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {}
    }
}
