package dev.runledger.alert;

import dev.runledger.search.RunFilter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes {@code alerts.yaml}. What it does not know is a fault, lest a misspelt word go unnoticed. */
@Component
class AlertsFileText {

    private final JsonMapper json;

    AlertsFileText(JsonMapper json) {
        this.json = json.rebuild()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                .build();
    }

    /** @throws AlertsFileException naming what is wrong */
    AlertsFile read(String text) {
        try {
            Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
            return tree == null ? AlertsFile.EMPTY : json.convertValue(tree, AlertsFile.class);
        } catch (YAMLException e) {
            throw new AlertsFileException(List.of("It is no YAML: " + e.getMessage()));
        } catch (JacksonException e) {
            throw new AlertsFileException(List.of(fault(e)));
        }
    }

    /** @throws IllegalArgumentException naming what is wrong */
    RunFilter filter(JsonNode restricting) {
        if (!restricting.isObject()) {
            throw new IllegalArgumentException("filter must have fields");
        }
        try {
            ObjectNode all = json.valueToTree(RunFilter.ALL);
            return json.treeToValue(all.setAll((ObjectNode) restricting), RunFilter.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("filter: " + fault(e), e);
        }
    }

    String write(AlertsFile file) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(4);
        options.setIndicatorIndent(2);
        options.setWidth(120);
        options.setSplitLines(false);
        Map<?, ?> tree = json.convertValue(file, Map.class);
        return tree.isEmpty() ? "" : new Yaml(new Representer(options), options).dump(tree);
    }

    /** As {@code rules[2].treshold is not known here}. */
    private static String fault(JacksonException e) {
        String path = e.getPath().stream()
                .map(part ->
                        part.getPropertyName() == null ? "[" + part.getIndex() + "]" : "." + part.getPropertyName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        return path
                + (e instanceof UnrecognizedPropertyException
                        ? " is not known here"
                        : " cannot be read: "
                                + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
}
