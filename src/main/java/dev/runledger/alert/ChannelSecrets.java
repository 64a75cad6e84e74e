package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The secrets that messages are signed with: random, and encrypted in the database with a key from the configuration. */
@Component
class ChannelSecrets {

    static final int BYTES = 32;

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MIN_KEY = 20;

    private final SecureRandom random = new SecureRandom();
    private final @Nullable SecretKeySpec key;

    ChannelSecrets(@Value("${runledger.alerts.secret-key:}") String key) {
        if (!key.isEmpty() && key.length() < MIN_KEY) {
            throw new IllegalStateException(
                    "runledger.alerts.secret-key must have %d characters or more".formatted(MIN_KEY));
        }
        this.key = key.isEmpty() ? null : new SecretKeySpec(sha256(key), "AES");
    }

    byte[] random() {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        return secret;
    }

    /** @throws IllegalArgumentException if no key is configured */
    byte[] encrypt(byte[] secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] encrypted = apply(Cipher.ENCRYPT_MODE, nonce, secret);
        return ByteBuffer.allocate(NONCE_BYTES + encrypted.length)
                .put(nonce)
                .put(encrypted)
                .array();
    }

    /** @throws IllegalArgumentException if no key is configured, or another one than it was encrypted with */
    byte[] decrypt(byte[] stored) {
        return apply(
                Cipher.DECRYPT_MODE,
                Arrays.copyOf(stored, NONCE_BYTES),
                Arrays.copyOfRange(stored, NONCE_BYTES, stored.length));
    }

    private byte[] apply(int mode, byte[] nonce, byte[] text) {
        if (key == null) {
            throw new IllegalArgumentException(
                    "runledger.alerts.secret-key is not configured, which the secrets of channels are encrypted with");
        }
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "runledger.alerts.secret-key is not the one that the channel's secret was encrypted with", e);
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
