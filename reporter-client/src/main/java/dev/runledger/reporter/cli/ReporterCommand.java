package dev.runledger.reporter.cli;

import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line. It never fails what calls it: the exit code is 0, unless {@code --strict} asks for the truth. */
@Command(
        name = "runledger-reporter",
        description = "Reports a pipeline's runs to Runledger.%n"
                + "The service key is read from $BACKEND_SERVICE_KEY or $QS_API_KEY.%n"
                + "The exit code is always 0 unless --strict is given; that of `run` is the command's own.",
        mixinStandardHelpOptions = true,
        versionProvider = ReporterCommand.Version.class,
        subcommands = {
            StartCommand.class,
            CompleteCommand.class,
            RunCommand.class,
            FlushCommand.class,
            StatusCommand.class,
            ImportCommand.class
        })
public final class ReporterCommand implements Runnable {

    public static void main(String[] arguments) {
        System.exit(execute(RawArguments.readable(arguments)));
    }

    static int execute(String... arguments) {
        CommandLine line = new CommandLine(new ReporterCommand());
        // What follows the command of `run` belongs to that command.
        line.getSubcommands().get("run").setStopAtPositional(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("runledger-reporter: " + failure);
            return 1;
        });
        line.setParameterExceptionHandler(ReporterCommand::explain);
        int code = line.execute(arguments);
        return isTold(arguments) ? code : 0;
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    private static int explain(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        command.getErr().println(mistake.getMessage());
        command.usage(command.getErr());
        return 2;
    }

    /** A `run` that cannot even be understood has not run its command, and must not look as if it had. */
    private static boolean isTold(String[] arguments) {
        int first = 0;
        while (first < arguments.length && arguments[first].startsWith("-")) {
            first++;
        }
        boolean isRun = first < arguments.length && arguments[first].equals("run");
        return isRun || Arrays.asList(arguments).contains("--strict");
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = ReporterCommand.class.getPackage().getImplementationVersion();
            return new String[] {version == null ? "development" : version};
        }
    }
}
