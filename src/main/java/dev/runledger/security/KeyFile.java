package dev.runledger.security;

import dev.runledger.database.DataDirectory;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.springframework.util.StringUtils;

/**
 * The keys that the server makes for itself on its first start with the embedded database, one for each role.
 *
 * @param isNew whether this start has made them
 */
public record KeyFile(Path path, boolean isNew) {

    /** Finds the file, or makes it if this is the first start. */
    static KeyFile in(DataDirectory directory) throws IOException {
        Path path = directory.path().resolve("keys");
        boolean isNew = !Files.exists(path);
        if (isNew) {
            directory.writePrivately("keys", newKeys());
        }
        return new KeyFile(path, isNew);
    }

    public Map<Role, List<String>> keys() throws IOException {
        Properties content = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            content.load(reader);
        }
        Map<Role, List<String>> keys = new EnumMap<>(Role.class);
        for (Role role : Role.configurable()) {
            String roleKeys = content.getProperty(role.lowerCase(), "");
            keys.put(role, List.of(StringUtils.tokenizeToStringArray(roleKeys, ",")));
        }
        return keys;
    }

    private static String newKeys() {
        SecureRandom random = new SecureRandom();
        StringBuilder content = new StringBuilder("# Service keys of this server. Delete the file to get new ones.\n");
        for (Role role : Role.configurable()) {
            byte[] secret = new byte[24];
            random.nextBytes(secret);
            content.append("%1$s=rl_%1$s_%2$s\n"
                    .formatted(
                            role.lowerCase(),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(secret)));
        }
        return content.toString();
    }
}
