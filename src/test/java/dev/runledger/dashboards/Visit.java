package dev.runledger.dashboards;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.Request;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One tab, what it asked for and what it complained of. */
final class Visit {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final BrowserContext context;
    private final Page page;
    private final String origin;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<String> sockets = new ArrayList<>();

    Visit(BrowserContext context, String origin) {
        this.context = context;
        this.origin = origin;
        page = context.newPage();
        context.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.type() + ": " + message.text() + " " + message.location());
            }
        });
        context.onWebError(error -> complaints.add(error.error()));
        context.onRequest(requests::add);
        page.onWebSocket(socket -> sockets.add(socket.url()));
    }

    Page page() {
        return page;
    }

    void go(String path) {
        page.navigate(path);
    }

    Panel panel(String name) {
        return new Panel(page.locator("[data-panel='" + name + "']"));
    }

    /** Checks values of a filter that takes several. */
    void choose(String filter, String... values) {
        Locator menu = page.locator(".several")
                .filter(new Locator.FilterOptions().setHasText(filter))
                .first();
        menu.locator("summary").click();
        for (String value : values) {
            menu.getByLabel(value, new Locator.GetByLabelOptions().setExact(true))
                    .check();
        }
        page.keyboard().press("Escape");
    }

    /** All panels, once each of them has its answer and its chart is drawn. */
    List<Panel> panels() {
        Locator sections = page.locator("[data-panel]");
        assertThat(sections.first()).isVisible();
        assertThat(page.locator("[data-panel][aria-busy=true]")).hasCount(0);
        assertThat(page.locator(".chart:not(:has(canvas))")).hasCount(0);
        return sections.all().stream().map(Panel::new).toList();
    }

    /** Every request so far, in order. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Those that ask GraphQL something, subscriptions apart. */
    List<Request> questions() {
        return requests.stream()
                .filter(request ->
                        request.method().equals("POST") && request.url().equals(origin + "/graphql"))
                .filter(request -> !request.headers().getOrDefault("accept", "").contains("text/event-stream"))
                .toList();
    }

    /** For tests in which something fails on purpose, which browsers report. */
    void forgetComplaints() {
        complaints.clear();
    }

    /** For tests in which people are sent to another server, and back. */
    void mayGoTo(String other) {
        others.add(other);
    }

    void assertQuiet() {
        assertThat(complaints).as("errors and warnings on the console").isEmpty();
        assertThat(Stream.concat(requests.stream().map(Request::url), sockets.stream()))
                .as("addresses asked for")
                .allMatch(this::isHere);
    }

    private boolean isHere(String url) {
        return others.stream().anyMatch(other -> url.startsWith(other + "/"))
                || url.startsWith(origin + "/")
                || url.startsWith(origin.replaceFirst("http", "ws") + "/")
                || url.startsWith("data:")
                || url.startsWith("blob:" + origin + "/");
    }

    void screenshot(String name) {
        page.screenshot(new ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }

    /** What fits the screen, as it is in the README. */
    void screenshotOfScreen(String name) {
        page.screenshot(new ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    @Override
    public String toString() {
        List<String> asked = requests.stream()
                .map(request -> request.method() + " " + request.url())
                .toList();
        return "%s, asked for %s, complaints %s".formatted(page.url(), asked, complaints);
    }

    void close() {
        context.close();
    }
}
