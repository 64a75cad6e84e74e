package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Python client's own tests, which share vectors, spool and server with ours. */
class PythonReporterIT {

    private static final String NO_PYTHON =
            "There is no python3 of 3.9 or later on the PATH: the Python client is not tested";

    @Test
    @Timeout(value = 25, unit = TimeUnit.MINUTES)
    void thePythonClientPassesItsTests() throws Exception {
        boolean thereIsPython = isThere("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))");
        if (!thereIsPython) {
            System.out.println(NO_PYTHON);
        }
        assumeTrue(thereIsPython, NO_PYTHON);
        Process tests = python("python3", "-m", "unittest", "discover", "--verbose");
        String output = read(tests.getInputStream());
        System.out.println(output);
        assertThat(tests.waitFor()).as(output).isZero();
    }

    private static boolean isThere(String... command) throws Exception {
        try {
            Process process = python(command);
            read(process.getInputStream());
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process python(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .directory(pythonClient().toFile())
                .redirectErrorStream(true);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("RUNLEDGER_REPORTER_JAR", System.getProperty("runledger.reporter.jar", ""));
        builder.environment().put("RUNLEDGER_SERVER_JAR", absolute(System.getProperty("runledger.server.jar", "")));
        return builder.start();
    }

    /** Found from target/test-classes: after shading, the working directory is not the project's. */
    private static Path pythonClient() throws URISyntaxException {
        URI classes = PythonReporterIT.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        Path project = Path.of(classes).getParent().getParent();
        assertThat(project.resolve("python")).isDirectory();
        return project.resolve("python");
    }

    private static String absolute(String jar) {
        return jar.isBlank() ? "" : Path.of(jar).toAbsolutePath().toString();
    }

    private static String read(InputStream output) throws IOException {
        return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    }
}
