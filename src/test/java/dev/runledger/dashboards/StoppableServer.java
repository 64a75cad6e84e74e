package dev.runledger.dashboards;

import dev.runledger.RunledgerApplication;
import dev.runledger.TestKeys;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A server on the browser tests' database that a test may stop and start again at the same address. */
final class StoppableServer implements AutoCloseable {

    private final List<String> settings;
    private String port = "0";
    private ConfigurableApplicationContext context;

    /** @param settings beside the usual ones, as the command line has them */
    StoppableServer(String... settings) {
        this.settings = List.of(settings);
        start();
    }

    void start() {
        context = new SpringApplicationBuilder(RunledgerApplication.class)
                .profiles("demo")
                .initializers(new DemoDatabase())
                .run(arguments());
        port = context.getEnvironment().getRequiredProperty("local.server.port");
    }

    private String[] arguments() {
        List<String> arguments = new ArrayList<>(settings);
        arguments.add("--server.port=" + port);
        arguments.add("--runledger.keys.analyst=" + TestKeys.ANALYST);
        arguments.add("--runledger.keys.reporter=" + TestKeys.REPORTER);
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
