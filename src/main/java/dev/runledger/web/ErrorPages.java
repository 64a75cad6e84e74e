package dev.runledger.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has Tomcat refuse requests as the application does. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class ErrorPages {

    /** For requests that do not come as far as our filters. */
    @Bean
    static WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> ownErrorPage() {
        return factory -> factory.addContextCustomizers(
                context -> ((StandardHost) context.getParent()).setErrorReportValveClass(ErrorPage.class.getName()));
    }

    /** What Tomcat itself refuses it shows by our page for errors, which the filters before take for a part of a request. */
    @Bean
    static FilterRegistrationBean<Filter> headersOfErrors() {
        FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>((request, response, chain) -> {
            ResponseHeaders.write((HttpServletRequest) request, (HttpServletResponse) response);
            chain.doFilter(request, response);
        });
        filter.setDispatcherTypes(DispatcherType.ERROR);
        return filter;
    }
}
