package dev.runledger.dashboards;

import dev.runledger.RunledgerApplication;
import dev.runledger.TestKeys;
import dev.runledger.database.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** A server on the browser tests' database that a test may stop and start again at the same address. */
final class StoppableServer implements AutoCloseable {

    private final String profile;
    private final ApplicationContextInitializer<?> database;
    private final List<String> settings;
    private String port = "0";
    private ConfigurableApplicationContext context;

    /** @param settings beside the usual ones, as the command line has them */
    StoppableServer(String... settings) {
        this("demo", new DemoDatabase(), settings);
    }

    private StoppableServer(String profile, ApplicationContextInitializer<?> database, String... settings) {
        this.profile = profile;
        this.database = database;
        this.settings = List.of(settings);
        start();
    }

    /** A server on a database of its own, in which no run was ever recorded. */
    static StoppableServer onEmptyLedger() {
        TestDatabase database = TestDatabase.create();
        return new StoppableServer(
                "empty",
                context -> {},
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password());
    }

    void start() {
        context = new SpringApplicationBuilder(RunledgerApplication.class)
                .profiles(profile)
                .initializers(database)
                .run(arguments());
        port = context.getEnvironment().getRequiredProperty("local.server.port");
    }

    private String[] arguments() {
        List<String> arguments = new ArrayList<>(settings);
        arguments.add("--server.port=" + port);
        arguments.add("--runledger.keys.analyst=" + TestKeys.ANALYST);
        arguments.add("--runledger.keys.reporter=" + TestKeys.REPORTER);
        arguments.add("--runledger.keys.admin=" + TestKeys.ADMIN);
        return arguments.toArray(String[]::new);
    }

    void stop() {
        context.close();
    }

    String address() {
        return "http://localhost:" + port;
    }

    @Override
    public void close() {
        stop();
    }
}
