package dev.runledger.dashboards;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistration;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The addresses of the dashboards, of GraphiQL and of the reference, and how long a browser may keep what it finds there. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
class Pages implements WebMvcConfigurer {

    /** One page: the browser decides by the address what to show. */
    private static final List<String> DASHBOARDS =
            List.of("/", "/providers", "/prompt-versions", "/failures", "/runs", "/alerts", "/keys", "/audit");

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        boolean built = new ClassPathResource("static/index.html").exists();
        DASHBOARDS.forEach(path -> show(registry, path, built ? "forward:/index.html" : PagesMissing.NAME));
        // The same page a folder deeper, as what it loads is named relative to it.
        show(registry, "/runs/{id}", built ? "forward:/run/index.html" : PagesMissing.NAME);
        // Where the server forwards to whoever opens an address of nothing.
        ViewControllerRegistration nothing = registry.addViewController("/no-such-page");
        nothing.setViewName(built ? NoSuchPage.NAME : PagesMissing.NAME);
        nothing.setStatusCode(HttpStatus.NOT_FOUND);
        // The pages of the reference but the first lie in its folder.
        show(registry, "/docs", built ? "forward:/docs.html" : PagesMissing.NAME);
        show(registry, "/graphiql", built ? "forward:/graphiql.html" : PagesMissing.NAME);
    }

    private static void show(ViewControllerRegistry registry, String path, String view) {
        registry.addViewController(path).setViewName(view);
    }

    /** The names of assets carry a digest of their content, so they never change. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/assets/**")
                .addResourceLocations("classpath:/static/assets/")
                .setCacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable());
    }
}
