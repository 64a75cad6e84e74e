package dev.runledger.reporter.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The certificates that {@code SSL_CERT_FILE} names, in place of the JVM's own, as OpenSSL and so Python has it. */
final class TrustedCertificates {

    private static final System.Logger LOG = System.getLogger(TrustedCertificates.class.getName());

    private TrustedCertificates() {}

    /** Null if none are named, or they cannot be read: then the JVM's own hold. */
    static @Nullable SSLContext named(Map<String, String> environment) {
        String file = environment.getOrDefault("SSL_CERT_FILE", "").strip();
        if (file.isEmpty()) {
            return null;
        }
        try (InputStream pem = Files.newInputStream(Path.of(file))) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("certificate-" + trusted.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Cannot read SSL_CERT_FILE {0}: {1}", file, e);
            return null;
        }
    }
}
