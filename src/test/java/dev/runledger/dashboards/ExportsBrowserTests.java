package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page.GetByRoleOptions;
import com.microsoft.playwright.options.AriaRole;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

@BrowserTest
class ExportsBrowserTests {

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
    void aChartIsSavedAsAPicture(Browsing browsing) throws IOException {
        Visit visit = browsing.open("/?period=all");
        visit.panel("approval-trend").section().locator("canvas").waitFor();

        Download file = save(visit, "Save Approval rate as PNG");

        BufferedImage picture = ImageIO.read(file.path().toFile());
        assertThat(file.suggestedFilename()).isEqualTo("approval-trend.png");
        assertThat(picture.getWidth()).isGreaterThan(picture.getHeight());
    }

    private static Download save(Visit visit, String button) {
        return visit.page()
                .waitForDownload(() -> visit.page()
                        .getByRole(AriaRole.BUTTON, new GetByRoleOptions().setName(button))
                        .click());
    }
}
