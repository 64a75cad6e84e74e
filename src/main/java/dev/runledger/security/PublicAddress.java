package dev.runledger.security;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Where browsers reach the pages: as configured, or else as the request, and the proxy that is believed, say. */
@Component
@ConditionalOnWebApplication
class PublicAddress {

    private final String configured;

    PublicAddress(@Value("${runledger.web.public-url}") String configured) {
        this.configured = configured.replaceFirst("/+$", "");
    }

    /** An address of this server for a path that begins with a slash. */
    String of(HttpServletRequest request, String path) {
        String root = configured.isEmpty()
                ? ServletUriComponentsBuilder.fromContextPath(request).build().toUriString()
                : configured;
        return root + path;
    }
}
