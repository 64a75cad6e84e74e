package dev.runledger.maintenance;

import dev.runledger.database.EmbeddedPostgresConfiguration;
import dev.runledger.database.MigrationConfiguration;
import dev.runledger.database.MigrationUndo;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Runs instead of the server: {@code --runledger.database.undo-to=1} takes the configured database back to what migration 1
 * had made of it, for an older version of Runledger to continue with. It is no component, so the server knows nothing of it.
 */
@Import(EmbeddedPostgresConfiguration.class)
@ImportAutoConfiguration(DataSourceAutoConfiguration.class)
public class UndoCommand {

    /** The argument that asks for this command. */
    public static final String ARGUMENT = "runledger.database.undo-to";

    /** Undoes what the arguments say, and ends. */
    public static void run(String[] args) {
        new SpringApplicationBuilder(UndoCommand.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run(args)
                .close();
    }

    @Bean
    ApplicationRunner undo(DataSource dataSource, @Value("${" + ARGUMENT + "}") int target) {
        return arguments -> {
            List<Integer> undone = new MigrationUndo(MigrationConfiguration.withoutTimeouts(dataSource)).to(target);
            LoggerFactory.getLogger(UndoCommand.class)
                    .info("The database is at migration {}; {} undone", target, undone.isEmpty() ? "nothing" : undone);
        };
    }
}
