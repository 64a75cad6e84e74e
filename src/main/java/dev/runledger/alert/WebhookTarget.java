package dev.runledger.alert;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Where webhooks may go: not to the machines' own services, and into private networks only if the configuration allows it. */
@Component
class WebhookTarget {

    /** Of clouds whose metadata services are not link-local. */
    private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254", "192.0.0.192");

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private static final int MAX_LENGTH = 2_000;

    private final boolean privateTargets;
    private final Resolver resolver;

    @Autowired
    WebhookTarget(@Value("${runledger.alerts.private-targets}") boolean privateTargets) {
        this(privateTargets, InetAddress::getAllByName);
    }

    WebhookTarget(boolean privateTargets, Resolver resolver) {
        this.privateTargets = privateTargets;
        this.resolver = resolver;
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

    /** How names of hosts become addresses. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** Nothing may be sent to an address. The message says why. */
    static final class RefusedAddressException extends Exception {
        RefusedAddressException(String message) {
            super(message);
        }
    }

    /**
     * The addresses of its host, to all of which something may be sent. To look the name up again for sending would give whoever owns it
     * the time to change it.
     *
     * @throws UnknownHostException if the host is not known
     * @throws RefusedAddressException if one of them is such that nothing may be sent there
     */
    List<InetAddress> addresses(URI uri) throws UnknownHostException, RefusedAddressException {
        List<InetAddress> addresses = List.of(resolver.addresses(uri.getHost()));
        for (InetAddress known : addresses) {
            InetAddress address = behindNat64(known);
            if (address.isLinkLocalAddress()
                    || isReserved(address)
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()
                    || METADATA.contains(address.getHostAddress())) {
                throw new RefusedAddressException("Link-local, metadata and multicast addresses are refused");
            }
            if (!privateTargets && isPrivate(address)) {
                throw new RefusedAddressException(
                        "Private addresses are refused, unless runledger.alerts.private-targets is true");
            }
        }
        return addresses;
    }

    /** The address of version 4 that a translator of a network of version 6 sends to; the address itself if it is none of these. */
    private static InetAddress behindNat64(InetAddress address) throws UnknownHostException {
        byte[] bytes = address.getAddress();
        boolean isTranslated = bytes.length == 16 && Arrays.equals(bytes, 0, NAT64.length, NAT64, 0, NAT64.length);
        return isTranslated ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16)) : address;
    }

    /** Of version 4: this network, and what is not in use. Some systems send both to themselves. */
    private static boolean isReserved(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 && (bytes[0] == 0 || (bytes[0] & 0xf0) == 0xf0);
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean isShared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
        return address.isLoopbackAddress() || address.isSiteLocalAddress() || isUniqueLocal || isShared;
    }
}
