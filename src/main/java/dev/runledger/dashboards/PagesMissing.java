package dev.runledger.dashboards;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.View;

/** What a server answers that was built without its pages. */
@Component(PagesMissing.NAME)
class PagesMissing implements View {

    static final String NAME = "pagesMissing";

    private static final String TEXT = """
            This server was built without its pages. To have them, build it with Node 20 or later: mvn package
            GraphQL answers at /graphql, and /swagger-ui.html describes the REST operations.
            """;

    @Override
    public String getContentType() {
        return MediaType.TEXT_PLAIN_VALUE;
    }

    @Override
    public void render(@Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType(getContentType());
        response.getOutputStream().print(TEXT);
    }
}
