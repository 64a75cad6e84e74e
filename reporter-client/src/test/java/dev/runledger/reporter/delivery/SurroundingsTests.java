package dev.runledger.reporter.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proxies and certificates that the environment names. */
class SurroundingsTests {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            value = {
                "http://ledger.example/; http_proxy=http://proxy:3128; proxy:3128",
                "http://ledger.example/; HTTP_PROXY=proxy:3128; proxy:3128",
                "http://ledger.example/; http_proxy=a:1 HTTP_PROXY=b:2; a:1",
                "http://ledger.example/; HTTPS_PROXY=proxy:3128; DIRECT",
                "https://ledger.example/; HTTPS_PROXY=http://user:secret@proxy; proxy:80",
                "https://ledger.example/; HTTPS_PROXY=proxy:1 NO_PROXY=example; DIRECT",
                "https://ledger.example/; HTTPS_PROXY=proxy:1 NO_PROXY=.Example; DIRECT",
                "https://ledger.example/; HTTPS_PROXY=proxy:1 NO_PROXY=edger.example; proxy:1",
                "https://ledger.example/; HTTPS_PROXY=proxy:1 NO_PROXY=*; DIRECT",
                "https://ledger.example:8443/; HTTPS_PROXY=proxy:1 no_proxy=other,ledger.example:8443; DIRECT",
                "https://ledger.example:8443/; HTTPS_PROXY=proxy:1 no_proxy=ledger.example:443; proxy:1",
                "http://ledger.example/; HTTP_PROXY=proxy:1 REQUEST_METHOD=GET; DIRECT",
                "http://ledger.example/; ; DIRECT"
            },
            delimiter = ';')
    void aProxyIsFoundAsPythonFindsIt(URI uri, String variables, String expected) {
        Proxy proxy = new EnvironmentProxies(environment(variables)).select(uri).get(0);
        assertThat(proxy.type() == Proxy.Type.DIRECT ? "DIRECT" : host((InetSocketAddress) proxy.address()))
                .isEqualTo(expected);
    }

    @Test
    void aProxyGetsTheRequestAndItsPassword() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            seen.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        proxy.start();
        try {
            int port = proxy.getAddress().getPort();
            exchange(Map.of("http_proxy", "http://user:secret@127.0.0.1:" + port))
                    .get(URI.create("http://ledger.invalid/v1"));
        } finally {
            proxy.stop(0);
        }
        assertThat(seen).containsExactly("http://ledger.invalid/v1 Basic dXNlcjpzZWNyZXQ=");
    }

    @Test
    void aTunnelGetsThePasswordToo() throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            Thread thread = new Thread(() -> refuseTunnel(proxy, seen));
            thread.start();
            Map<String, String> environment =
                    Map.of("https_proxy", "http://user:secret@127.0.0.1:" + proxy.getLocalPort());
            assertThat(exchange(environment)
                            .get(URI.create("https://ledger.invalid/v1"))
                            .status())
                    .isEqualTo(407);
            thread.join();
            assertThat(seen.get(0)).startsWith("CONNECT ledger.invalid:443");
            assertThat(seen).anyMatch("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="::equalsIgnoreCase);
        }
    }

    private static void refuseTunnel(ServerSocket proxy, List<String> seen) {
        try (Socket client = proxy.accept()) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream()));
            for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                seen.add(line);
            }
            client.getOutputStream()
                    .write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n".getBytes());
        } catch (IOException e) {
            seen.add(e.toString());
        }
    }

    @Test
    void aCertificateIsTrustedIfSslCertFileNamesIt() throws Exception {
        Path store = folder.resolve("store.p12");
        Path pem = folder.resolve("ca.pem");
        keytool(
                "-genkeypair",
                "-alias",
                "ledger",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-keystore",
                store.toString());
        keytool("-exportcert", "-rfc", "-alias", "ledger", "-keystore", store.toString(), "-file", pem.toString());
        HttpsServer server = server(store);
        try {
            URI uri = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/");
            assertThatThrownBy(() -> exchange(Map.of()).get(uri)).isInstanceOf(SSLException.class);
            assertThat(exchange(Map.of("SSL_CERT_FILE", pem.toString()))
                            .get(uri)
                            .status())
                    .isEqualTo(200);
            assertThatThrownBy(() ->
                            exchange(Map.of("SSL_CERT_FILE", "/no/such/file")).get(uri))
                    .isInstanceOf(SSLException.class);
        } finally {
            server.stop(0);
        }
    }

    private static HttpsServer server(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", new String(PASSWORD)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static HttpExchange exchange(Map<String, String> environment) {
        return new HttpExchange("test-key", Duration.ofSeconds(5), Clock.systemUTC(), environment);
    }

    private static Map<String, String> environment(String variables) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables == null ? new String[0] : variables.split(" ")) {
            String[] sides = variable.split("=", 2);
            environment.put(sides[0], sides[1]);
        }
        return environment;
    }

    private static String host(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
