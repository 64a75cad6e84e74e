package dev.runledger.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.WebUtils;

/**
 * Takes the session's cookie in place of a key, from pages of this very server only: a browser sends a cookie along with what pages
 * of other servers on the same site request, too.
 */
class SessionFilter extends OncePerRequestFilter {

    static final String COOKIE = "runledger_session";

    private static final String SEC_FETCH_SITE = "Sec-Fetch-Site";

    private final KeyAuthentication keys;

    SessionFilter(KeyAuthentication keys) {
        this.keys = keys;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String cookie = cookie(request);
        if (cookie != null
                && SecurityContextHolder.getContext().getAuthentication() == null
                && isFromOwnPage(request)) {
            Authentication caller = keys.ofSession(cookie);
            if (caller != null) {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                context.setAuthentication(caller);
                SecurityContextHolder.setContext(context);
            }
        }
        chain.doFilter(request, response);
    }

    static @Nullable String cookie(HttpServletRequest request) {
        return cookie(request, COOKIE);
    }

    static @Nullable String cookie(HttpServletRequest request, String name) {
        Cookie cookie = WebUtils.getCookie(request, name);
        return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
    }

    /** A header that has the browser keep a cookie for as long, and send it to this server only. */
    static String cookie(HttpServletRequest request, String name, String value, String sameSite, long seconds) {
        return ResponseCookie.from(name, value)
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite(sameSite)
                .path(request.getContextPath() + "/")
                .maxAge(seconds)
                .build()
                .toString();
    }

    /**
     * Browsers name the origin of whatever changes something and of each WebSocket; of what only reads they name it, or where it came
     * from, if it is another.
     */
    static boolean isFromOwnPage(HttpServletRequest request) {
        String site = request.getHeader(SEC_FETCH_SITE);
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return false;
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            boolean reads = List.of("GET", "HEAD").contains(request.getMethod())
                    && !"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
            return reads || "same-origin".equals(site);
        }
        return isOwn(origin, request);
    }

    /** By host and port: a proxy may speak TLS in the server's place. */
    private static boolean isOwn(String origin, HttpServletRequest request) {
        try {
            URI uri = URI.create(origin);
            if (uri.getHost() == null) {
                return false;
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
            boolean isSameHost = uri.getHost().equalsIgnoreCase(request.getServerName());
            // Without a port in Host, it is the usual one of whichever scheme the browser speaks.
            boolean isUsual = uri.getPort() < 0 && List.of(80, 443).contains(request.getServerPort());
            return isSameHost && (port == request.getServerPort() || isUsual);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
