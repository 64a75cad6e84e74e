package dev.runledger.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.security.web.header.Header;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.writers.CacheControlHeadersWriter;
import org.springframework.security.web.header.writers.HstsHeaderWriter;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/** The security headers of every response, whoever writes it. */
public final class ResponseHeaders {

    /**
     * What a page may load and do: nothing from elsewhere, no inline script. Styles are inline where charts and editors
     * position things; an editor's workers and a chart's picture are made in the page.
     */
    private static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'");

    private static final List<HeaderWriter> WRITERS = List.of(
            new StaticHeadersWriter(List.of(
                    new Header("Content-Security-Policy", CONTENT_SECURITY_POLICY),
                    new Header("Cross-Origin-Opener-Policy", "same-origin"),
                    new Header("Cross-Origin-Resource-Policy", "same-origin"),
                    new Header(
                            "Permissions-Policy",
                            "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"),
                    new Header("Referrer-Policy", "no-referrer"),
                    new Header("X-Content-Type-Options", "nosniff"),
                    new Header("X-Frame-Options", "DENY"),
                    new Header("X-XSS-Protection", "0"))),
            new HstsHeaderWriter(),
            new CacheControlHeadersWriter());

    private static final String WRITTEN = ResponseHeaders.class.getName();

    private ResponseHeaders() {}

    /** Writes them once: the thread that took a request leaves the filters while another may be streaming the response already. */
    public static void writeOnce(HttpServletRequest request, HttpServletResponse response) {
        synchronized (request) {
            if (request.getAttribute(WRITTEN) != response) {
                request.setAttribute(WRITTEN, response);
                write(request, response);
            }
        }
    }

    /** Writes those that are not there yet. */
    public static void write(HttpServletRequest request, HttpServletResponse response) {
        WRITERS.forEach(writer -> writer.writeHeaders(request, response));
    }
}
