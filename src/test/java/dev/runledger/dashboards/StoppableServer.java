package dev.runledger.dashboards;

import dev.runledger.RunledgerApplication;
import dev.runledger.TestKeys;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A server on the browser tests' database that a test may stop and start again at the same address. */
final class StoppableServer implements AutoCloseable {

    private String port = "0";
    private ConfigurableApplicationContext context;

    StoppableServer() {
        start();
    }

    void start() {
        context = new SpringApplicationBuilder(RunledgerApplication.class)
                .profiles("demo")
                .initializers(new DemoDatabase())
                .run("--server.port=" + port, "--runledger.keys.analyst=" + TestKeys.ANALYST);
        port = context.getEnvironment().getRequiredProperty("local.server.port");
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
