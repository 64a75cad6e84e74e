package dev.runledger.maintenance;

import dev.runledger.rollup.Rollups;
import dev.runledger.rollup.Rollups.Audit;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/** The jar as a command: {@code --runledger.rollups=audit} or {@code rebuild}. The database may be in use meanwhile. */
public final class RollupCommand {

    public static final String ARGUMENT = "runledger.rollups";

    private RollupCommand() {}

    /** Does it and says so. Returns the exit code: 1 if an audit found differences, 2 if the command is not known. */
    public static int run(Class<?> application, String[] args) {
        String command = new SimpleCommandLinePropertySource(args).getProperty(ARGUMENT);
        if (!"audit".equals(command) && !"rebuild".equals(command)) {
            System.err.println("--" + ARGUMENT + " must be audit or rebuild");
            return 2;
        }
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .run(args)) {
            Rollups rollups = context.getBean(Rollups.class);
            if ("rebuild".equals(command)) {
                System.out.printf("%d month(s) rebuilt from the runs.%n", rollups.rebuild());
                return 0;
            }
            Audit audit = rollups.auditAll();
            System.out.printf(
                    "%d month(s) recomputed from the runs, %d cell(s) differed%s.%n",
                    audit.months(), audit.repairedCells(), audit.repairedCells() > 0 ? " and were repaired" : "");
            return audit.repairedCells() > 0 ? 1 : 0;
        }
    }
}
