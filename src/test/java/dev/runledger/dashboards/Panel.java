package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A panel as those read it who do not see its chart: by the table that says the same, with exact values. */
final class Panel {

    private static final String EXACT_VALUES =
            "rows => rows.map(row => [...row.cells].map(cell => cell.dataset.value))";

    private final Locator section;

    Panel(Locator section) {
        this.section = section;
    }

    Locator section() {
        return section;
    }

    /** Also the name of its query's file. */
    String name() {
        return section.getAttribute("data-panel");
    }

    /** What it asked with its query, from the link that opens it in GraphiQL. */
    Map<String, Object> variables() {
        String address = section.locator("a[href^='/graphiql']").getAttribute("href");
        String variables = UriComponentsBuilder.fromUri(URI.create(address))
                .build()
                .getQueryParams()
                .getFirst("variables");
        String json = UriUtils.decode(variables.replace("+", " "), StandardCharsets.UTF_8);
        return JsonMapper.shared().readValue(json, new TypeReference<>() {});
    }

    /** The exact values of the table's body, row by row; empty where there is none. Waits until the answer is there. */
    List<List<String>> rows() {
        assertThat(section).hasAttribute("aria-busy", "false");
        @SuppressWarnings("unchecked")
        List<List<String>> rows =
                (List<List<String>>) section.locator("tbody tr").evaluateAll(EXACT_VALUES);
        return rows;
    }

    List<String> row(String first) {
        return rows().stream()
                .filter(row -> row.get(0).equals(first))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name() + " has no row " + first + " but " + rows()));
    }
}
