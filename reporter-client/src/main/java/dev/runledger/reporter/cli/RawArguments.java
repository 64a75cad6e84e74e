package dev.runledger.reporter.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments of this process as bytes. Java reads and writes arguments in the locale's encoding; in the C locale, which
 * containers and cron have, that turns every letter beyond ASCII into a question mark.
 */
final class RawArguments {

    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private RawArguments() {}

    /** The arguments of {@code main}, read as UTF-8 where the locale could not read them. */
    static String[] readable(String[] arguments) {
        List<byte[]> raw = last(arguments.length);
        String[] readable = arguments.clone();
        for (int i = 0; i < raw.size(); i++) {
            if (!Arrays.equals(raw.get(i), arguments[i].getBytes(locale()))) {
                try {
                    readable[i] = StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(raw.get(i)))
                            .toString();
                } catch (CharacterCodingException e) {
                    // Not UTF-8 either.
                }
            }
        }
        return readable;
    }

    /** A command that runs the last arguments of this process: themselves if the locale can write them, or else by a shell. */
    static List<String> command(List<String> last) {
        List<byte[]> raw = last(last.size());
        boolean isWritable = true;
        for (int i = 0; i < raw.size(); i++) {
            isWritable &= Arrays.equals(raw.get(i), last.get(i).getBytes(locale()));
        }
        return isWritable ? last : List.of("/bin/sh", "-c", script(raw));
    }

    /** In ASCII alone. What follows the x would be cut off if it were a line's end. */
    private static String script(List<byte[]> arguments) {
        StringBuilder script = new StringBuilder("set --");
        for (byte[] argument : arguments) {
            script.append("; a=$(printf '");
            for (byte b : argument) {
                script.append("\\%03o".formatted(b & 0xFF));
            }
            script.append("x'); set -- \"$@\" \"${a%x}\"");
        }
        return script.append("; exec \"$@\"").toString();
    }

    private static Charset locale() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalArgumentException e) {
            return StandardCharsets.US_ASCII;
        }
    }

    /** Empty where the system does not say. */
    private static List<byte[]> last(int count) {
        byte[] all;
        try {
            all = Files.readAllBytes(COMMAND_LINE);
        } catch (IOException e) {
            return List.of();
        }
        List<byte[]> arguments = new ArrayList<>();
        int start = 0;
        for (int end = 0; end < all.length; end++) {
            if (all[end] == 0) {
                arguments.add(Arrays.copyOfRange(all, start, end));
                start = end + 1;
            }
        }
        return arguments.size() < count ? List.of() : arguments.subList(arguments.size() - count, arguments.size());
    }
}
