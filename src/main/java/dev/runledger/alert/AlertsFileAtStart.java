package dev.runledger.alert;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Applies the file that the configuration names. With a fault in it the server does not start: no rule is as anybody wanted it then. */
@Component
@ConditionalOnWebApplication
@Order(Ordered.LOWEST_PRECEDENCE)
class AlertsFileAtStart implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(AlertsFileAtStart.class);

    private final AlertsFiles files;
    private final String location;

    AlertsFileAtStart(AlertsFiles files, @Value("${runledger.alerts.file}") String location) {
        this.files = files;
        this.location = location;
    }

    @Override
    public void run(ApplicationArguments arguments) throws IOException {
        if (location.isBlank()) {
            return;
        }
        try {
            List<AlertsFileChange> changes = files.apply(AlertsFileLocation.read(location));
            log.info("{} is applied, {} change(s)", location, changes.size());
        } catch (AlertsFileException e) {
            throw new IllegalStateException("%s cannot be applied:%n%s".formatted(location, e.getMessage()), e);
        }
    }
}
