package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.List;
import org.junit.jupiter.api.Test;

@BrowserTest
class OutageBrowserTests {

    /** The page waits longer from try to try. */
    private static final ContainsTextOptions PATIENTLY = new ContainsTextOptions().setTimeout(60_000);

    @Test
    void aServerThatIsGoneIsSaidToBeAndFoundAgain(Browsing browsing) {
        try (StoppableServer server = new StoppableServer()) {
            Visit visit = browsing.openAt(server.address(), "/?period=all#key=" + TestKeys.ANALYST, Screen.LIGHT);
            Locator state = visit.page().locator(".live");
            assertThat(state).containsText("Live");
            List<List<String>> figures = visit.panel("key-figures").rows();

            server.stop();
            assertThat(state).containsText("Reconnecting", PATIENTLY);
            assertThat(visit.panel("key-figures").rows()).isEqualTo(figures);

            server.start();
            assertThat(state).containsText("Live", PATIENTLY);
            assertThat(visit.panel("key-figures").rows()).isEqualTo(figures);
            // A browser reports every connection that failed.
            visit.forgetComplaints();
        }
    }
}
