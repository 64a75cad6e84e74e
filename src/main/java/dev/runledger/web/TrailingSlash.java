package dev.runledger.web;

import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.UrlHandlerFilter;

/**
 * An address of the API with a slash at its end is the one without, from the rules for keys on. Pages are sent to the one
 * without, since what they load is named relative to them.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class TrailingSlash {

    @Bean
    FilterRegistrationBean<UrlHandlerFilter> withoutTrailingSlash() {
        FilterRegistrationBean<UrlHandlerFilter> filter =
                new FilterRegistrationBean<>(UrlHandlerFilter.trailingSlashHandler("/graphql", "/v1/**", "/api/v1/**")
                        .wrapRequest()
                        .trailingSlashHandler(
                                "/graphiql",
                                "/docs",
                                "/providers",
                                "/prompt-versions",
                                "/failures",
                                "/runs",
                                "/runs/*",
                                "/alerts",
                                "/keys",
                                "/audit")
                        .redirect(HttpStatus.PERMANENT_REDIRECT)
                        .build());
        filter.setOrder(SecurityFilterProperties.DEFAULT_FILTER_ORDER - 1);
        return filter;
    }
}
