package dev.runledger.web;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;

/** The connection that a request came by, to learn while the answer is worked out whether anybody waits for it. */
public final class ClientConnection {

    private static final String ATTRIBUTE = ClientConnection.class.getName();

    private final Request request;
    private boolean released;

    ClientConnection(Request request) {
        this.request = request;
    }

    /** The connection of a request; null where the web server is not Tomcat. */
    public static @Nullable ClientConnection of(HttpServletRequest request) {
        return (ClientConnection) request.getAttribute(ATTRIBUTE);
    }

    void attach(org.apache.catalina.connector.Request to) {
        to.setAttribute(ATTRIBUTE, this);
    }

    /**
     * Whether the client has closed the connection. May be asked after the body has been read, and before an answer is written:
     * Tomcat notices a closed connection no sooner than it reads, and reports it as one byte that can be read.
     */
    public synchronized boolean isGone() {
        if (released) {
            return false;
        }
        request.action(ActionCode.AVAILABLE, true);
        return request.getAvailable() == 1;
    }

    /** From now on the connection is the web server's own. */
    public synchronized void release() {
        released = true;
    }
}
