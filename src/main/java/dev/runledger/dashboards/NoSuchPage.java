package dev.runledger.dashboards;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.View;

/** The dashboards, which say themselves that an address is none of theirs, and find what they load from however deep it lies. */
@Component(NoSuchPage.NAME)
class NoSuchPage implements View {

    static final String NAME = "noSuchPage";

    @Override
    public String getContentType() {
        return MediaType.TEXT_HTML_VALUE;
    }

    @Override
    public void render(@Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String page = new ClassPathResource("static/index.html").getContentAsString(StandardCharsets.UTF_8);
        response.setContentType(getContentType());
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getOutputStream()
                .write(page.replace("\"./", "\"./" + "../".repeat(depth(request)))
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** How many folders below the root the browser takes itself to be. */
    private static int depth(HttpServletRequest request) {
        Object asked = request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI);
        String path = (asked == null ? request.getRequestURI() : asked.toString())
                .substring(request.getContextPath().length());
        return (int) path.chars().skip(1).filter(sign -> sign == '/').count();
    }
}
