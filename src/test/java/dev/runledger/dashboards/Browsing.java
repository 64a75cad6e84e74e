package dev.runledger.dashboards;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.runledger.TestKeys;
import java.util.ArrayList;
import java.util.List;

/** What one test does in the browser: each visit is a person of their own, with nothing kept from others. */
public final class Browsing {

    /** What a person sees the pages on. */
    enum Screen {
        LIGHT(1280, 900, ColorScheme.LIGHT),
        DARK(1280, 900, ColorScheme.DARK),
        PHONE(390, 844, ColorScheme.LIGHT);

        private final int width;
        private final int height;
        private final ColorScheme scheme;

        Screen(int width, int height, ColorScheme scheme) {
            this.width = width;
            this.height = height;
            this.scheme = scheme;
        }
    }

    private final Browser browser;
    private final String address;
    private final List<Visit> visits = new ArrayList<>();

    Browsing(Browser browser, String address) {
        this.browser = browser;
        this.address = address;
    }

    String address() {
        return address;
    }

    /** Opens the page as the address printed at the server's start does: the key is in the fragment. */
    Visit open(String path) {
        return open(path, Screen.LIGHT);
    }

    Visit open(String path, Screen screen) {
        return openAt(address, path + "#key=" + TestKeys.ANALYST, screen);
    }

    Visit openWithoutKey(String path) {
        return openAt(address, path, Screen.LIGHT);
    }

    /** @param origin of another server than the tests' own */
    Visit openAt(String origin, String path, Screen screen) {
        NewContextOptions options = new NewContextOptions()
                .setBaseURL(origin)
                .setViewportSize(screen.width, screen.height)
                .setColorScheme(screen.scheme)
                .setLocale("en-GB")
                .setTimezoneId("Europe/Berlin")
                // A chart that is still growing shows neither its figures nor the same picture twice.
                .setReducedMotion(ReducedMotion.REDUCE);
        Visit visit = new Visit(browser.newContext(options), origin);
        visits.add(visit);
        visit.go(path);
        return visit;
    }

    void assertQuiet() {
        visits.forEach(Visit::assertQuiet);
    }

    /** Shows what a person saw when a test failed. */
    void describe(String test) {
        for (int i = 0; i < visits.size(); i++) {
            visits.get(i).screenshot("failed/" + test + (i == 0 ? "" : "-" + (i + 1)));
            System.out.println(test + " saw " + visits.get(i));
        }
    }

    void close() {
        visits.forEach(Visit::close);
    }
}
