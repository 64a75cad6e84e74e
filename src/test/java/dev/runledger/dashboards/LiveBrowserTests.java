package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Pages move as runs do, without anybody asking them to. */
@BrowserTest
class LiveBrowserTests {

    private final String run = "live-" + UUID.randomUUID();
    private final Instant startedAt = Instant.now();

    @Test
    void theOverviewShowsARunAsItStartsAndDropsItAsItEnds(Browsing browsing) throws Exception {
        Visit visit = browsing.open("/");
        assertThat(visit.page().locator(".live")).hasText("Live");
        Locator open = visit.panel("open-runs").section();
        assertThat(open).hasAttribute("aria-busy", "false");

        report(browsing, "running", "");
        assertThat(open).containsText(run);

        report(browsing, "success", ", \"completed_at\": \"%s\"".formatted(Instant.now()));
        assertThat(open).not().containsText(run);
    }

    @Test
    void theTableOfRunsShowsARunAsItStarts(Browsing browsing) throws Exception {
        Visit visit = browsing.open("/runs");
        assertThat(visit.page().locator(".live")).hasText("Live");

        report(browsing, "running", "");
        assertThat(visit.page().locator("main")).containsText(run);

        report(browsing, "success", ", \"completed_at\": \"%s\"".formatted(Instant.now()));
    }

    private void report(Browsing browsing, String status, String more) throws IOException, InterruptedException {
        String body = """
                {"client_run_id": "%s", "started_at": "%s", "status": "%s", "questions_requested": 10,
                 "questions_generated": 10, "questions_evaluated": 10, "questions_approved": 7, "questions_inserted": 7,
                 "environment": "development", "prompt_version": "v2.1"%s}""".formatted(run, startedAt, status, more);
        HttpRequest request = HttpRequest.newBuilder(URI.create(browsing.address() + "/v1/admin/generation-runs"))
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
}
