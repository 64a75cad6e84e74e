package dev.runledger.security;

import java.util.LinkedHashMap;
import java.util.Map;

/** The security headers of every response, whoever writes it. */
final class ResponseHeaders {

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

    static final Map<String, String> ALL = all();

    private ResponseHeaders() {}

    private static Map<String, String> all() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put(
                "Permissions-Policy",
                "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        return Map.copyOf(headers);
    }
}
