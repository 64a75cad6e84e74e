package dev.runledger.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * What Tomcat answers where a request never reaches the application, as to a request line that it cannot read: the reason
 * phrase in the shape of every other error, with the same headers, in place of a page that names software and input. Tomcat
 * makes it by its name.
 */
public final class ErrorPage extends ErrorReportValve {

    private static final int FIRST_ERROR = 400;

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < FIRST_ERROR || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        String detail = status == null ? "Request failed" : status.getReasonPhrase();
        ResponseHeaders.write(request, response);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        try {
            response.getOutputStream()
                    .write("{\"detail\": \"%s\"}".formatted(detail).getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            // Nobody is left to read it.
        }
    }
}
