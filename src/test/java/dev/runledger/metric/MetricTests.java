package dev.runledger.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTests {

    @ParameterizedTest
    @EnumSource
    void everyCountIsANumeratorOrADenominator(Count count) {
        Metric.Counted counted = Metric.counting(count);
        Formula formula = counted.metric().formula(Metric.Subject.RUN);

        assertThat(counted.isNumerator() ? formula.x() : formula.m()).contains("run." + count.column());
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void aMetricIsFoundByItsNameAndDescribed(Metric metric) {
        assertThat(Metric.named(metric.name())).isSameAs(metric);
        assertThat(metric.description()).endsWith(".");
        assertThat(metric.isOfRuns() || metric.isOfNames()).isTrue();
        assertThat(metric.isOwn()).isFalse();
    }

    static List<Metric> builtIn() {
        return Metric.builtIn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"toxicity", "reviewer_minutes", "a", "p95.latency-ms"})
    void reportersNameMetricsOfTheirOwn(String name) {
        Metric own = Metric.named(name);

        assertThat(own.isOwn()).isTrue();
        assertThat(own.code()).isEqualTo("own:" + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "APPROVAL", "Approval_rate", "1st", "per cent", "a'; DROP TABLE rollup; --"})
    void nothingElseNamesAMetric(String name) {
        assertThat(Metric.named(name)).isNull();
    }
}
