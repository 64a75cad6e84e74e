package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.spool.Spool;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Delivers what waits. */
@Command(name = "flush", description = "Delivers what waits in the spool.", mixinStandardHelpOptions = true)
final class FlushCommand implements Callable<Integer> {

    @Mixin
    private final Connection connection = new Connection();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to go on trying; default: ${DEFAULT-VALUE}.")
    private int wait;

    @Option(
            names = "--retry-quarantine",
            description = "First put back what the server refused, for when the reason is gone, such as a wrong key.")
    private boolean retryQuarantine;

    @Override
    public Integer call() throws Exception {
        ReporterSettings settings = connection.settings();
        if (settings.backend() == null) {
            System.err.println("runledger-reporter: BACKEND_API_URL and BACKEND_SERVICE_KEY say where to deliver");
            return 1;
        }
        Spool spool = Spool.open(settings.spool(), settings.bounds(), Clock.systemUTC());
        if (retryQuarantine) {
            System.out.println("put back: " + spool.quarantine().requeue());
        }
        Delivery delivery = new Delivery(spool, settings.backend().connect());
        Delivery.Result result = delivery.deliverAll(Duration.ofSeconds(wait));
        int left = spool.queue().names().size();
        System.out.printf("delivered: %d%nrefused: %d%nwaiting: %d%n", result.delivered(), result.refused(), left);
        if (result.lastFailure() != null) {
            System.err.println("runledger-reporter: " + result.lastFailure());
        }
        return left == 0 && result.refused() == 0 ? 0 : 1;
    }
}
