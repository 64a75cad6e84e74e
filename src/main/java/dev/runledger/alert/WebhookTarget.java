package dev.runledger.alert;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Where webhooks may go: not to the machines' own services, and into private networks only if the configuration allows it. */
@Component
class WebhookTarget {

    /** Of clouds whose metadata services are not link-local. */
    private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254", "192.0.0.192");

    private static final int MAX_LENGTH = 2_000;

    private final boolean privateTargets;

    WebhookTarget(@Value("${runledger.alerts.private-targets}") boolean privateTargets) {
        this.privateTargets = privateTargets;
    }

    /**
     * The address in the text.
     *
     * @throws IllegalArgumentException if it is none of a webhook
     */
    static URI uri(String text) {
        try {
            URI uri = new URI(text);
            boolean isHttp = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (isHttp && uri.getHost() != null && uri.getUserInfo() == null && text.length() <= MAX_LENGTH) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Refused below.
        }
        throw new IllegalArgumentException(
                "url must be an address of http or https with a host and without a password");
    }

    /**
     * Why nothing may be sent there, as its host is known at the moment; null if it may.
     *
     * @throws UnknownHostException if the host is not known
     */
    @Nullable
    String refusal(URI uri) throws UnknownHostException {
        String host = uri.getHost();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (address.isLinkLocalAddress()
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()
                    || METADATA.contains(address.getHostAddress())) {
                return "Link-local, metadata and multicast addresses are refused";
            }
            if (!privateTargets && isPrivate(address)) {
                return "Private addresses are refused, unless runledger.alerts.private-targets is true";
            }
        }
        return null;
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean isShared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
        return address.isLoopbackAddress() || address.isSiteLocalAddress() || isUniqueLocal || isShared;
    }
}
