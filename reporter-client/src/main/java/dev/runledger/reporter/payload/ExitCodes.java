package dev.runledger.reporter.payload;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the exit codes of a pipeline say about its run. The rules, and the presets, are in vectors/README.md. */
public final class ExitCodes {

    private static final String COUNTS = "counts";
    private static final Map<String, String> STATUSES = Map.of(
            "success",
            "success",
            "partial_failure",
            "partial_failure",
            "partial",
            "partial_failure",
            "failed",
            "failed",
            COUNTS,
            COUNTS);
    private static final int LARGEST = 255;

    /** Of question-service since March 2026: 3 is a partial failure. */
    public static final ExitCodes QUESTION_SERVICE =
            parse("0=success,3=partial_failure,1=failed,2=failed,4=failed,5=failed,6=failed,*=counts");

    /** Of question-service before: 1 was a partial failure, 3 a configuration error. */
    public static final ExitCodes QUESTION_SERVICE_BEFORE_2026_03 =
            parse("0=success,1=partial_failure,2=failed,3=failed,4=failed,5=failed,6=failed,*=counts");

    /** Of any other command: 0 is success, all else failure. */
    public static final ExitCodes PLAIN = parse("0=success,*=failed");

    private static final Map<String, ExitCodes> PRESETS = Map.of(
            "question-service", QUESTION_SERVICE,
            "question-service-before-2026-03", QUESTION_SERVICE_BEFORE_2026_03,
            "plain", PLAIN);

    private final Map<Integer, String> statuses;
    private final String others;

    private ExitCodes(Map<Integer, String> statuses, String others) {
        this.statuses = Map.copyOf(statuses);
        this.others = others;
    }

    /**
     * Reads a preset's name, or a mapping such as {@code 0=success,3=partial_failure,*=failed}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static ExitCodes of(String text) {
        ExitCodes preset = PRESETS.get(text.strip());
        return preset != null ? preset : parse(text);
    }

    private static ExitCodes parse(String text) {
        Map<Integer, String> statuses = new HashMap<>();
        String others = null;
        for (String entry : text.split(",", -1)) {
            String[] sides = entry.split("=", -1);
            String status =
                    sides.length != 2 ? null : STATUSES.get(sides[1].strip().toLowerCase(Locale.ROOT));
            String code = sides[0].strip();
            if (status == null || code.equals("*") && others != null) {
                throw mistaken(text);
            }
            if (code.equals("*")) {
                others = status;
            } else if (statuses.put(number(code, text), status) != null) {
                throw mistaken(text);
            }
        }
        statuses.putIfAbsent(0, "success");
        return new ExitCodes(statuses, others == null ? "failed" : others);
    }

    private static int number(String code, String text) {
        try {
            int number = Integer.parseInt(code);
            if (Math.abs(number) <= LARGEST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw mistaken(text);
    }

    private static IllegalArgumentException mistaken(String text) {
        return new IllegalArgumentException("neither exit codes, such as 0=success,3=partial_failure,*=failed, nor"
                + " question-service, question-service-before-2026-03 or plain: " + text);
    }

    /** The status of a run that ended with this code; null if there is none, then the counts decide. */
    public String status(@Nullable Integer exitCode, int inserted, int requested) {
        return status(exitCode, BigDecimal.valueOf(inserted), BigDecimal.valueOf(requested));
    }

    String status(@Nullable Integer exitCode, BigDecimal inserted, BigDecimal requested) {
        String status = exitCode == null ? COUNTS : statuses.getOrDefault(exitCode, others);
        if (!status.equals(COUNTS)) {
            return status;
        }
        if (inserted.signum() <= 0) {
            return "failed";
        }
        return inserted.compareTo(requested) < 0 ? "partial_failure" : "success";
    }
}
