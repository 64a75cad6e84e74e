package dev.runledger.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/** Refuses a request before a controller sees it, in the shape that its client reads. */
final class Refusal {

    private Refusal() {}

    /** @param detail a sentence without quotation marks */
    static void write(HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail)
            throws IOException {
        String body = isGraphQl(request)
                ? "{\"errors\":[{\"message\":\"%s\",\"extensions\":{\"code\":\"%s\"}}]}"
                : "{\"detail\":\"%s\"}";
        boolean limit = status == HttpStatus.REQUEST_TIMEOUT || status == HttpStatus.SERVICE_UNAVAILABLE;
        ResponseHeaders.write(request, response);
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream()
                .write(body.formatted(detail, limit ? "LIMIT_EXCEEDED" : "BAD_REQUEST")
                        .getBytes(StandardCharsets.UTF_8));
    }

    static boolean isGraphQl(HttpServletRequest request) {
        return request.getRequestURI().equals(request.getContextPath() + "/graphql");
    }
}
