package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;

/** Where {@code alerts.yaml} is: a path, or with {@code classpath:} something that ships with the server. */
public final class AlertsFileLocation {

    private static final String SHIPPED = "classpath:";

    private AlertsFileLocation() {}

    /** What is there. */
    public static String read(String location) throws IOException {
        return (location.startsWith(SHIPPED)
                        ? new ClassPathResource(location.substring(SHIPPED.length()))
                        : new FileSystemResource(location))
                .getContentAsString(UTF_8);
    }
}
