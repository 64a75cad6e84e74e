package dev.runledger.database;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * Finds a container engine that speaks Docker's protocol where engines listen, Podman's sockets included: Testcontainers
 * does not look at those by itself, and takes long and many lines to find nothing.
 */
public final class ContainerEngine extends DockerClientProviderStrategy {

    private static final String DOCKER_HOST = System.getenv("DOCKER_HOST");

    /** The first engine that answers. */
    static Optional<URI> find() {
        Stream<URI> places = DOCKER_HOST == null ? sockets() : Stream.of(URI.create(DOCKER_HOST));
        return places.filter(ContainerEngine::answers).findFirst();
    }

    private static Stream<URI> sockets() {
        String home = System.getProperty("user.home");
        String runtime = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run/user/" + userId(home));
        return Stream.of(
                        "/var/run/docker.sock",
                        runtime + "/docker.sock",
                        home + "/.docker/run/docker.sock",
                        runtime + "/podman/podman.sock",
                        "/run/podman/podman.sock")
                .filter(socket -> Files.exists(Path.of(socket)))
                .map(socket -> URI.create("unix://" + socket));
    }

    private static Object userId(String home) {
        try {
            return Files.getAttribute(Path.of(home), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Waits for two seconds at most: an engine that hangs may leave a socket that accepts and says nothing. */
    private static boolean answers(URI engine) {
        try {
            return CompletableFuture.supplyAsync(
                            () -> "unix".equals(engine.getScheme()) ? pings(engine) : accepts(engine))
                    .get(2, TimeUnit.SECONDS);
        } catch (Exception e) {
            return false;
        }
    }

    private static boolean pings(URI engine) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(engine.getPath()));
            channel.write(StandardCharsets.US_ASCII.encode("GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n"));
            ByteBuffer answer = ByteBuffer.allocate(64);
            channel.read(answer);
            return StandardCharsets.US_ASCII.decode(answer.flip()).toString().contains(" 200 ");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean accepts(URI engine) {
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(engine.getHost(), engine.getPort()))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** What DOCKER_HOST names, TLS and all, is Testcontainers' own affair. */
    @Override
    protected boolean isApplicable() {
        return DOCKER_HOST == null && find().isPresent();
    }

    @Override
    public TransportConfig getTransportConfig() {
        return TransportConfig.builder().dockerHost(find().orElseThrow()).build();
    }

    @Override
    public String getRemoteDockerUnixSocketPath() {
        return find().orElseThrow().getPath();
    }

    @Override
    protected boolean isPersistable() {
        return false;
    }

    @Override
    protected int getPriority() {
        return 85;
    }

    @Override
    public String getDescription() {
        return "the first socket on which an engine answers";
    }
}
