package dev.runledger.analytics;

import dev.runledger.metric.Unit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people say them: to three digits, shares in percentage points. */
public final class Quantities {
    private Quantities() {}

    /** How large it is, whichever way: {@code 2.1 percentage points}. */
    public static String size(double quantity, Unit unit) {
        BigDecimal size = BigDecimal.valueOf(Math.abs(quantity));
        return switch (unit) {
            case SHARE -> "%s percentage points".formatted(plain(size.movePointRight(2)));
            case USD -> "%s USD".formatted(plain(size));
            case CALLS -> "%s API calls".formatted(plain(size));
            case SECONDS, TOKENS, ERRORS ->
                "%s %s".formatted(plain(size), unit.name().toLowerCase(Locale.ROOT));
            default -> plain(size);
        };
    }

    /** With its sign: {@code +2.1 percentage points}. */
    public static String signed(double quantity, Unit unit) {
        return (quantity < 0 ? "-" : "+") + size(quantity, unit);
    }

    /** Both ends of an interval: {@code +0.4 to +3.8 percentage points}. */
    public static String between(double low, double high, Unit unit) {
        String from = signed(low, unit);
        int end = from.indexOf(' ');
        return "%s to %s".formatted(end < 0 ? from : from.substring(0, end), signed(high, unit));
    }

    private static String plain(BigDecimal size) {
        return size.round(new MathContext(3)).stripTrailingZeros().toPlainString();
    }
}
