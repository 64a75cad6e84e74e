package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.dashboards.Browsing.Screen;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page on every screen: for machines that look for barriers, and as a picture for a person. */
@BrowserTest
class AccessibilityBrowserTests {

    @ParameterizedTest
    @MethodSource("pages")
    void noPageHasSeriousBarriers(String name, String path, Screen screen, Browsing browsing) {
        Visit visit = browsing.open(path, screen);
        visit.panels();

        visit.screenshot(name + "-" + screen.name().toLowerCase());
        assertThat(Barriers.on(visit.page())).isEmpty();
        assertThat(visit.page().evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("no page scrolls sideways")
                .isEqualTo(true);
    }

    static Stream<Arguments> pages() {
        return Stream.of(Screen.values())
                .flatMap(screen -> Stream.of(
                        Arguments.of("overview", "/", screen),
                        Arguments.of("providers", "/providers", screen),
                        Arguments.of("prompt-versions", "/prompt-versions?period=all", screen),
                        Arguments.of("failures", "/failures", screen)));
    }
}
