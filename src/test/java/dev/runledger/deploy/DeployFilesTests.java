package dev.runledger.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;

/** The files in {@code docs/deploy} that people copy. */
class DeployFilesTests {

    private static final Path FILES = Path.of("docs", "deploy");
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "ConfigMap", ConfigMap.class,
            "Deployment", Deployment.class,
            "Service", Service.class,
            "Ingress", Ingress.class);

    /** What is in no field of an object's type is an error, as for a server that validates strictly. */
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated member) {
                    return member.hasAnnotation(JsonAnySetter.class) ? Boolean.FALSE : null;
                }
            })
            .build();

    @Test
    void everyObjectForKubernetesHoldsToItsSchema() throws IOException {
        assertThat(kubernetes()).extracting(HasMetadata::getKind).containsExactlyInAnyOrderElementsOf(KINDS.keySet());
    }

    @Test
    void theImageIsThatOfThisVersion() throws IOException {
        String image = "runledger:" + version();

        assertThat(composed("runledger").get("image")).isEqualTo(image);
        assertThat(container().getImage()).isEqualTo(image);
    }

    @Test
    void everySettingExists() throws IOException {
        Set<String> known = new HashSet<>(documented());
        known.addAll(ofSpringBoot());
        List<String> set =
                new ArrayList<>(((Map<String, ?>) composed("runledger").get("environment")).keySet());
        ConfigMap configMap = kubernetes().stream()
                .filter(ConfigMap.class::isInstance)
                .map(ConfigMap.class::cast)
                .findFirst()
                .orElseThrow();
        set.addAll(configMap.getData().keySet());
        Pattern.compile("--from-literal=([A-Z_]+)=")
                .matcher(Files.readString(FILES.resolve("kubernetes.yaml")))
                .results()
                .forEach(match -> set.add(match.group(1)));

        assertThat(set).hasSizeGreaterThan(10);
        assertThat(known).containsAll(set);
    }

    @Test
    void theServerWritesToItsVolumeAndNowhereElse() throws IOException {
        assertThat(composed("runledger"))
                .containsEntry("read_only", true)
                .containsEntry("volumes", List.of("data:/data"));
        assertThat(container().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container().getVolumeMounts())
                .singleElement()
                .extracting("mountPath")
                .isEqualTo("/data");
    }

    /** Where nginx is installed; with a certificate of its own. */
    @Test
    void nginxTakesItsConfiguration(@TempDir Path folder) throws Exception {
        assumeTrue(
                Stream.of("/usr/sbin/nginx", "/usr/bin/nginx").map(Path::of).anyMatch(Files::exists),
                "There is no nginx: its configuration is not tried");
        Path tls = folder.resolve("runledger");
        run(
                folder,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=runledger",
                "-keyout",
                tls + ".key",
                "-out",
                tls + ".crt");
        Path server = folder.resolve("server.conf");
        Files.writeString(
                server, Files.readString(FILES.resolve("nginx.conf")).replace("/etc/nginx/tls", folder.toString()));
        Path main = folder.resolve("nginx.conf");
        Files.writeString(
                main,
                "pid %s/pid; error_log stderr; events {} http { access_log off; include %s; }"
                        .formatted(folder, server));

        run(folder, "nginx", "-t", "-c", main.toString());
    }

    private static void run(Path folder, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static List<HasMetadata> kubernetes() throws IOException {
        List<HasMetadata> objects = new ArrayList<>();
        for (Object document : new Yaml().loadAll(Files.readString(FILES.resolve("kubernetes.yaml")))) {
            Map<?, ?> object = (Map<?, ?>) document;
            objects.add(STRICT.convertValue(object, KINDS.get(object.get("kind"))));
        }
        return objects;
    }

    private static Container container() throws IOException {
        return kubernetes().stream()
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .flatMap(deployment -> deployment.getSpec().getTemplate().getSpec().getContainers().stream())
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> composed(String service) throws IOException {
        Map<String, Map<String, Map<String, Object>>> compose =
                new Yaml().load(Files.readString(FILES.resolve("compose.yaml")));
        return compose.get("services").get(service);
    }

    private static String version() throws IOException {
        var version = Pattern.compile("<artifactId>runledger</artifactId>\\s*<version>(.*?)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    private static Set<String> documented() throws IOException {
        Set<String> names = new HashSet<>(Set.of("SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD"));
        Pattern.compile("`([A-Z]+_[A-Z_]+)`")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .forEach(match -> names.add(match.group(1)));
        return names;
    }

    /** As environment variables are bound: upper case, dots as underscores, no dashes. */
    private static Set<String> ofSpringBoot() throws IOException {
        Set<String> names = new HashSet<>();
        var resources =
                DeployFilesTests.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json");
        while (resources.hasMoreElements()) {
            try (var stream = resources.nextElement().openStream()) {
                for (JsonNode property : tools.jackson.databind.json.JsonMapper.shared()
                        .readTree(stream)
                        .path("properties")) {
                    names.add(property.path("name")
                            .asString()
                            .toUpperCase(Locale.ROOT)
                            .replace("-", "")
                            .replace('.', '_'));
                }
            }
        }
        return names;
    }
}
