package dev.runledger.alert;

/** Another rule has the name. */
final class AlertNameTakenException extends IllegalArgumentException {

    AlertNameTakenException(String name) {
        super("Another rule is called " + name);
    }
}
