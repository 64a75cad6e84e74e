package dev.runledger.metric;

/** What runs can be told apart by. */
public enum Dimension {
    ENVIRONMENT("environment"),
    PROMPT_VERSION("prompt_version"),
    TRIGGER("triggered_by"),
    ARBITER_CONFIG("arbiter_config_version"),
    PROVIDER("provider");

    private final String column;

    Dimension(String column) {
        this.column = column;
    }

    public String column() {
        return column;
    }
}
