package dev.runledger.monitoring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.graphql.observation.DataFetcherObservationContext;
import org.springframework.graphql.observation.DataLoaderObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/** What a trace shows: the request, the fields of Query that it selects, its statements; and each fold. */
@Configuration(proxyBeanMethods = false)
class TraceConfiguration {

    private static final String SWITCH = "management.opentelemetry.enabled";

    /** OpenTelemetry's own, when it is switched off, still makes an id for each request. */
    @Bean
    @ConditionalOnBooleanProperty(name = SWITCH, havingValue = false, matchIfMissing = true)
    Tracer noTraces() {
        return Tracer.NOOP;
    }

    /** Left out is what repeats by the second, and what there is once for each row of an answer. */
    @Bean
    @ConditionalOnBooleanProperty(SWITCH)
    ObservationPredicate whatIsTraced() {
        return (name, context) -> !name.equals("tasks.scheduled.execution")
                && !isProbe(context)
                && !(context instanceof DataLoaderObservationContext)
                && !(context instanceof DataFetcherObservationContext field && isWithinARow(field));
    }

    private static boolean isProbe(Observation.Context context) {
        return context instanceof ServerRequestObservationContext request
                && request.getCarrier() != null
                && request.getCarrier().getRequestURI().contains("/actuator/");
    }

    private static boolean isWithinARow(DataFetcherObservationContext field) {
        return field.getEnvironment().getExecutionStepInfo().getPath().getLevel() > 1;
    }

    @Bean
    @ConditionalOnBooleanProperty(SWITCH)
    static BeanPostProcessor tracedStatements(ObjectProvider<ObservationRegistry> observations) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource source && name.equals("dataSource")
                        ? new TracedDataSource(source, observations)
                        : bean;
            }
        };
    }
}
