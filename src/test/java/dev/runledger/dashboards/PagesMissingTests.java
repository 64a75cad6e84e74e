package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.setup.MockMvcBuilders.webAppContextSetup;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.mock.web.MockHttpServletResponse;

class PagesMissingTests {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/runs", "/graphiql", "/docs"})
    void aServerWithoutPagesSaysHowToGetThem(String path) {
        new WebApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(new ClassPathResource("static/index.html")))
                .withConfiguration(
                        AutoConfigurations.of(DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class))
                .withUserConfiguration(Pages.class, PagesMissing.class)
                .run(context -> {
                    MockHttpServletResponse answer = webAppContextSetup(context)
                            .build()
                            .perform(get(path))
                            .andReturn()
                            .getResponse();

                    assertThat(answer.getStatus()).isEqualTo(200);
                    assertThat(answer.getContentAsString()).contains("without its pages", "mvn package");
                });
    }
}
