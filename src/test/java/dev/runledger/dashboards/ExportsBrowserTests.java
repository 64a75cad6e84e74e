package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

@BrowserTest
class ExportsBrowserTests {

    private static final int HEADING_HEIGHT = 45;

    @Test
    void aPanelIsSavedAsCommaSeparatedValuesThatAreExact(Browsing browsing) throws IOException {
        Visit visit = browsing.open("/?period=all");
        List<List<String>> rows = visit.panel("key-figures").rows();

        Download file = save(visit, "Save Key figures as CSV");

        assertThat(file.suggestedFilename()).isEqualTo("key-figures.csv");
        assertThat(Files.readAllLines(file.path()))
                .hasSize(1 + rows.size())
                .endsWith(String.join(",", rows.get(rows.size() - 1)));
    }

    @Test
    void everyMatchingRunIsSavedHoweverFarThePageIsScrolled(Browsing browsing) throws IOException {
        Visit visit = browsing.open("/runs?period=all");
        String total = visit.page().locator("[data-panel=runs] [data-total]").getAttribute("data-total");

        Download csv = save(visit, "Save all matching runs as CSV");
        Download lines = save(visit, "Save all matching runs as NDJSON");

        assertThat(csv.suggestedFilename()).isEqualTo("runs.csv");
        assertThat(Files.readAllLines(csv.path())).hasSize(1 + Integer.parseInt(total));
        assertThat(lines.suggestedFilename()).isEqualTo("runs.ndjson");
        assertThat(Files.readAllLines(lines.path())).hasSize(Integer.parseInt(total));
    }

    @Test
    void aChartIsSavedAsAPictureThatSaysWhatItShows(Browsing browsing) throws IOException {
        Visit visit = browsing.open("/?period=all");
        Locator chart = visit.panel("approval-trend").section().locator("canvas");
        chart.waitFor();

        Download file = save(visit, "Save Approval rate as PNG");

        BufferedImage picture = ImageIO.read(file.path().toFile());
        assertThat(file.suggestedFilename()).isEqualTo("approval-trend.png");
        assertThat(picture.getWidth()).isGreaterThan(picture.getHeight());
        int heading = 2 * HEADING_HEIGHT;
        assertThat(picture.getHeight()).isGreaterThanOrEqualTo(heading + (int) (2 * chart.boundingBox().height));
        assertThat(colors(picture, heading)).as("colors of the heading").hasSizeGreaterThan(2);
    }

    private static Set<Integer> colors(BufferedImage picture, int height) {
        int[] pixels = picture.getRGB(0, 0, picture.getWidth(), height, null, 0, picture.getWidth());
        return IntStream.of(pixels).boxed().collect(Collectors.toSet());
    }

    private static Download save(Visit visit, String button) {
        return visit.page()
                .waitForDownload(() -> visit.page()
                        .getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(button))
                        .click());
    }
}
