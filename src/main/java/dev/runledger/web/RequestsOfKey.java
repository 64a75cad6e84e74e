package dev.runledger.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets one key hold at most half of the web server's threads, however slowly its clients send and read. */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class RequestsOfKey extends OncePerRequestFilter {

    private final Map<Object, Integer> open = new ConcurrentHashMap<>();
    private final int max;

    RequestsOfKey(@Value("${server.tomcat.threads.max:200}") int threads) {
        this.max = Math.max(1, threads / 2);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        Object key = caller == null ? null : caller.getDetails();
        if (!(key instanceof String)) {
            chain.doFilter(request, response);
        } else if (open.merge(key, 1, Integer::sum) <= max) {
            try {
                chain.doFilter(request, response);
            } finally {
                leave(key);
            }
        } else {
            leave(key);
            response.setHeader(HttpHeaders.RETRY_AFTER, "5");
            Refusal.write(
                    request,
                    response,
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "This key has %d requests on their way, as many as it can have; try again later".formatted(max));
        }
    }

    private void leave(Object key) {
        open.computeIfPresent(key, (any, count) -> count > 1 ? count - 1 : null);
    }
}
