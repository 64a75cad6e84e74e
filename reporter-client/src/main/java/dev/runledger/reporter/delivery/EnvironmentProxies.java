package dev.runledger.reporter.delivery;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that {@code http_proxy}, {@code https_proxy} and {@code no_proxy} name, in lower case or upper case, read as Python's
 * urllib reads them; without any, those of the JVM.
 */
final class EnvironmentProxies extends ProxySelector {

    private static final int HTTP_PORT = 80;

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        URI proxy = proxy(uri);
        if (proxy != null) {
            int port = proxy.getPort() < 0 ? HTTP_PORT : proxy.getPort();
            return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
        }
        ProxySelector standard = ProxySelector.getDefault();
        return standard == null || isNamed() ? List.of(Proxy.NO_PROXY) : standard.select(uri);
    }

    /** What the proxy for a server wants to see, if the environment says so. */
    @Nullable
    String authorization(URI uri) {
        URI proxy = proxy(uri);
        String user = proxy == null ? null : proxy.getUserInfo();
        return user == null
                ? null
                : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The failure is the answer.
    }

    private boolean isNamed() {
        return !variable("http_proxy").isEmpty() || !variable("https_proxy").isEmpty();
    }

    private @Nullable URI proxy(URI uri) {
        String proxy = variable(uri.getScheme().toLowerCase(Locale.ROOT) + "_proxy");
        if (proxy.isEmpty() || isExcepted(uri)) {
            return null;
        }
        try {
            URI named = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            return named.getHost() == null ? null : named;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private boolean isExcepted(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        String authority = String.valueOf(uri.getAuthority()).toLowerCase(Locale.ROOT);
        return Arrays.stream(variable("no_proxy").toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(name -> name.replaceFirst("^\\.+", ""))
                .anyMatch(name -> name.equals("*") || isWithin(host, name) || isWithin(authority, name));
    }

    private static boolean isWithin(String host, String domain) {
        return host.equals(domain) || host.endsWith("." + domain);
    }

    /** A web server's CGI sets HTTP_PROXY from a request's header, whoever sent that. */
    private String variable(String name) {
        String lower = environment.getOrDefault(name, "").strip();
        boolean isCgi = name.equals("http_proxy") && environment.containsKey("REQUEST_METHOD");
        return !lower.isEmpty() || isCgi
                ? lower
                : environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip();
    }
}
