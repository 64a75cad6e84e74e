package dev.runledger.maintenance;

import dev.runledger.alert.AlertsFileChange;
import dev.runledger.alert.AlertsFileException;
import dev.runledger.alert.AlertsFileLocation;
import dev.runledger.alert.AlertsFiles;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/** The jar as a command: {@code --runledger.alerts=plan}, {@code apply} or {@code export}. The database may be in use meanwhile. */
public final class AlertsCommand {

    public static final String ARGUMENT = "runledger.alerts";

    private static final String FILE = "runledger.alerts.file";

    private AlertsCommand() {}

    /** Does it and says so. Returns the exit code: 1 if there is something to apply that was only planned, 2 if something is wrong. */
    public static int run(Class<?> application, String[] args) {
        String command = new SimpleCommandLinePropertySource(args).getProperty(ARGUMENT);
        if (command == null || !Set.of("plan", "apply", "export").contains(command)) {
            System.err.println("--" + ARGUMENT + " must be plan, apply or export");
            return 2;
        }
        boolean isExport = command.equals("export");
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                // An export is all that is printed.
                .properties(
                        isExport
                                ? new String[] {"logging.threshold.console=error", "spring.main.banner-mode=off"}
                                : new String[0])
                .run(args)) {
            AlertsFiles files = context.getBean(AlertsFiles.class);
            if (isExport) {
                System.out.print(files.export());
                return 0;
            }
            String location = context.getEnvironment().getProperty(FILE, "");
            if (location.isBlank()) {
                System.err.println("--" + FILE + " must name the file");
                return 2;
            }
            boolean isPlan = command.equals("plan");
            String content = AlertsFileLocation.read(location);
            List<AlertsFileChange> changes = isPlan ? files.plan(content) : files.apply(content);
            changes.forEach(change -> System.out.println(change.words()));
            System.out.printf("%d change(s)%s.%n", changes.size(), isPlan ? " would be made" : " made");
            return isPlan && !changes.isEmpty() ? 1 : 0;
        } catch (AlertsFileException e) {
            e.faults().forEach(System.err::println);
            return 2;
        } catch (IOException e) {
            System.err.println("The file cannot be read: " + e.getMessage());
            return 2;
        }
    }
}
