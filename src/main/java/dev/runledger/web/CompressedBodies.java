package dev.runledger.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Inflates bodies that come with {@code Content-Encoding: gzip}, after the key was checked, and to one byte beyond the
 * limit at most: what is too large then, is refused as any other large body is. Other encodings are refused.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class CompressedBodies extends OncePerRequestFilter {

    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String encoding = encoding(request);
        if (encoding.isEmpty() || encoding.equals("identity")) {
            chain.doFilter(request, response);
        } else if (!GZIP.contains(encoding)) {
            response.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
            Refusal.write(
                    request, response, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The only Content-Encoding taken is gzip");
        } else {
            byte[] body = inflated(request.getInputStream());
            if (body == null) {
                Refusal.write(request, response, HttpStatus.BAD_REQUEST, "The request body is not valid gzip");
            } else {
                chain.doFilter(new Inflated(request, body), response);
            }
        }
    }

    private static String encoding(HttpServletRequest request) {
        String encodings = String.join(",", Collections.list(request.getHeaders(HttpHeaders.CONTENT_ENCODING)));
        return encodings.strip().toLowerCase(Locale.ROOT);
    }

    /** The body, or the first bytes of one that is over the limit; null if it is no gzip. */
    private static byte @Nullable [] inflated(InputStream body) throws IOException {
        // Bounded on both sides: many an empty block inflates to nothing.
        Bounded bounded = new Bounded(body);
        try (InputStream gzip = new GZIPInputStream(bounded)) {
            byte[] inflated = gzip.readNBytes(BodyLimit.MAX_BYTES + 1);
            boolean isWhole = inflated.length > BodyLimit.MAX_BYTES || bounded.read() < 0;
            return isWhole ? inflated : null;
        } catch (TooLargeException e) {
            return new byte[BodyLimit.MAX_BYTES + 1];
        } catch (ZipException | EOFException e) {
            return null;
        }
    }

    private static final class TooLargeException extends IOException {}

    private static final class Bounded extends InputStream {

        private final InputStream source;
        private int left = BodyLimit.MAX_BYTES;

        Bounded(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            int next = source.read();
            if (next >= 0) {
                count(1);
            }
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = source.read(target, offset, length);
            if (count > 0) {
                count(count);
            }
            return count;
        }

        /** As if no other gzip member followed: reading thousands of them would use up the stack. */
        @Override
        public int available() {
            return 0;
        }

        private void count(int bytes) throws TooLargeException {
            left -= bytes;
            if (left < 0) {
                throw new TooLargeException();
            }
        }
    }

    /** The request as if its body had come as it is. */
    private static final class Inflated extends ReadRequest {

        Inflated(HttpServletRequest request, byte[] body) {
            super(request, body);
        }

        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)
                    ? Integer.toString(getContentLength())
                    : isEncoding(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            if (isEncoding(name)) {
                return Collections.emptyEnumeration();
            }
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)
                    ? Collections.enumeration(Set.of(Integer.toString(getContentLength())))
                    : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                    .filter(name -> !isEncoding(name))
                    .toList());
        }

        private static boolean isEncoding(String name) {
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING);
        }
    }
}
