package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.Browsing.Screen;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@BrowserTest
class FirstRunBrowserTests {

    /** What a shell would make of it: the address, the key and the body. */
    private static final Pattern COMMAND =
            Pattern.compile("curl (\\S+) -H \"X-Service-Key: (\\S+)\" .* -d '(.*)'", Pattern.DOTALL);

    @Test
    void anEmptyLedgerShowsHowToRecordTheFirstRunAndMovesOnWhenItComes(Browsing browsing) throws Exception {
        try (StoppableServer server = StoppableServer.onEmptyLedger()) {
            Visit visit = browsing.openAt(server.address(), "/#key=" + TestKeys.ADMIN, Screen.LIGHT);
            Page page = visit.page();
            assertThat(page.locator(".first-run pre")).containsText("X-Service-Key: $KEY");
            page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Make a reporter's key and fill it in"))
                    .click();
            assertThat(page.locator(".first-run pre")).not().containsText("$KEY");
            assertThat(page.locator(".wrong .nothing")).containsText("No run began in this period");
            visit.panels();
            visit.screenshot("empty-ledger-light");
            assertThat(Barriers.on(page)).isEmpty();
            for (String path : new String[] {"providers", "prompt-versions", "failures", "runs", "alerts"}) {
                visit.go("/" + path);
                assertThat(page.locator("h1")).isVisible();
                assertThat(page.locator(".state").first()).isVisible();
            }
            visit.go("/");
            page.getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName("Make a reporter's key and fill it in"))
                    .click();
            assertThat(page.locator(".first-run pre")).not().containsText("$KEY");
            assertThat(page.locator(".live")).hasText("Live");
            Matcher command = COMMAND.matcher(page.locator(".first-run pre").textContent());
            assertThat(command.find()).isTrue();

            Reporting.send(command.group(1), command.group(2), command.group(3));

            assertThat(page.locator(".first-run")).hasCount(0);
            assertThat(page.locator(".figure").first()).containsText("1");
        }
    }
}
