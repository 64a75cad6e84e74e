package dev.runledger.dashboards;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What keeps some people from using a page, as axe finds it. */
final class Barriers {

    private static final String AXE = axe();
    private static final String SERIOUS = """
            async () => (await axe.run()).violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html + node.failureSummary).join(' | ')}`)
            """;

    private Barriers() {}

    /** The serious and critical ones: rule, reason, elements. */
    @SuppressWarnings("unchecked")
    static List<String> on(Page page) {
        page.evaluate(AXE);
        return (List<String>) page.evaluate(SERIOUS);
    }

    private static String axe() {
        try (InputStream script = Barriers.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
