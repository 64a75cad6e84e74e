package dev.runledger;

import dev.runledger.maintenance.AlertsCommand;
import dev.runledger.maintenance.RollupCommand;
import dev.runledger.maintenance.UndoCommand;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/** Serves the run history of question-service by REST and GraphQL. */
@SpringBootApplication
public class RunledgerApplication {

    public static void main(String[] args) {
        if (new SimpleCommandLinePropertySource(args).containsProperty(UndoCommand.ARGUMENT)) {
            UndoCommand.run(args);
        } else if (new SimpleCommandLinePropertySource(args).containsProperty(RollupCommand.ARGUMENT)) {
            System.exit(RollupCommand.run(RunledgerApplication.class, args));
        } else if (new SimpleCommandLinePropertySource(args).containsProperty(AlertsCommand.ARGUMENT)) {
            System.exit(AlertsCommand.run(RunledgerApplication.class, args));
        } else {
            StopDeadline.arm();
            SpringApplication.run(RunledgerApplication.class, args);
        }
    }
}
