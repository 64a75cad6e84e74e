package dev.runledger.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds how long a client may take to send a body, and to read an answer other than a stream of events: a thread waits for it
 * meanwhile. That single bytes go on coming, or being taken, is not enough.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class SlowClients extends OncePerRequestFilter implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    /** Of the threads, the ones that only health has. */
    private static final int THREADS_FOR_HEALTH = 10;

    private static final long BYTES_PER_SECOND = 8 << 10;

    private final Duration bodyTime;
    private final Duration answerTime;
    private final int threads;

    SlowClients(
            @Value("${runledger.web.body-time}") Duration bodyTime,
            @Value("${runledger.web.answer-time}") Duration answerTime,
            @Value("${server.tomcat.threads.max:200}") int threads) {
        this.bodyTime = bodyTime;
        this.answerTime = answerTime;
        this.threads = threads;
    }

    @Override
    public void customize(TomcatServletWebServerFactory server) {
        server.addEngineValves(new SlowClientsValve(Math.max(1, threads - THREADS_FOR_HEALTH)));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        TimedRequest timed = new TimedRequest(request);
        try {
            chain.doFilter(timed, new TimedResponse(response, timed));
        } catch (IOException | ServletException | RuntimeException e) {
            if (!timed.isLate() || response.isCommitted()) {
                throw e;
            }
        }
        if (timed.isLate() && !response.isCommitted()) {
            response.reset();
            Refusal.write(
                    request,
                    response,
                    HttpStatus.REQUEST_TIMEOUT,
                    new SlowBodyException(bodyTime.toSeconds()).getMessage());
        }
    }

    private final class TimedRequest extends HttpServletRequestWrapper {

        private @Nullable TimedInput input;

        TimedRequest(HttpServletRequest request) {
            super(request);
        }

        boolean isLate() {
            return input != null && input.late;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (input == null) {
                input = new TimedInput(super.getInputStream(), bodyTime);
            }
            return input;
        }
    }

    /** Reads what has come, and no more when the time is over. */
    private static final class TimedInput extends ServletInputStream {

        private final ServletInputStream source;
        private final Duration time;
        private final long start = System.nanoTime();
        private boolean late;

        TimedInput(ServletInputStream source, Duration time) {
            this.source = source;
            this.time = time;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (System.nanoTime() - start > time.toNanos()) {
                late = true;
                throw new SlowBodyException(time.toSeconds());
            }
            return source.read(target, offset, length);
        }

        @Override
        public boolean isFinished() {
            return source.isFinished();
        }

        @Override
        public boolean isReady() {
            return source.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            source.setReadListener(listener);
        }
    }

    private final class TimedResponse extends HttpServletResponseWrapper {

        private final TimedRequest request;
        private @Nullable TimedOutput output;

        TimedResponse(HttpServletResponse response, TimedRequest request) {
            super(response);
            this.request = request;
        }

        /** Whoever reads the body says in its own way what went wrong, and all with the same status. */
        @Override
        public void setStatus(int status) {
            super.setStatus(request.isLate() ? HttpServletResponse.SC_REQUEST_TIMEOUT : status);
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            if (output == null) {
                output = new TimedOutput(super.getOutputStream(), this);
            }
            return output;
        }
    }

    /** Writes piece by piece, as long as the time spent waiting for the reader is in keeping with what the reader took. */
    private final class TimedOutput extends ServletOutputStream {

        private static final int PIECE = 8 << 10;

        private final ServletOutputStream target;
        private final HttpServletResponse response;
        private long waited;
        private long written;

        TimedOutput(ServletOutputStream target, HttpServletResponse response) {
            this.target = target;
            this.response = response;
        }

        @Override
        public void write(int b) throws IOException {
            target.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; done += PIECE) {
                int piece = Math.min(PIECE, length - done);
                long start = System.nanoTime();
                target.write(bytes, offset + done, piece);
                waited += System.nanoTime() - start;
                written += piece;
                if (waited > answerTime.toNanos() + written / BYTES_PER_SECOND * 1_000_000_000L && !isEventStream()) {
                    throw new IOException("The client takes too long to read the answer");
                }
            }
        }

        private boolean isEventStream() {
            return response.getContentType() != null
                    && response.getContentType().startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }

        @Override
        public boolean isReady() {
            return target.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            target.setWriteListener(listener);
        }
    }
}
