package dev.runledger.graphql.scalars;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import graphql.schema.GraphQLScalarType;
import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.RuntimeWiringConfigurer;
import org.springframework.stereotype.Component;

/** The scalars of the schema, beyond GraphQL's own. */
@Component
class Scalars implements RuntimeWiringConfigurer {

    @Override
    public void configure(RuntimeWiring.Builder wiring) {
        wiring.scalar(GraphQLScalarType.newScalar()
                        .name("Long")
                        .coercing(new LongCoercing())
                        .build())
                .scalar(GraphQLScalarType.newScalar()
                        .name("DateTime")
                        .coercing(new DateTimeCoercing())
                        .build())
                .scalar(GraphQLScalarType.newScalar()
                        .name("UUID")
                        .coercing(new UuidCoercing())
                        .build())
                .scalar(GraphQLScalarType.newScalar()
                        .name("JSON")
                        .coercing(new JsonCoercing())
                        .build())
                .scalar(GraphQLScalarType.newScalar()
                        .name("Metric")
                        .coercing(new NameCoercing<>(
                                "the name of a metric, like APPROVAL_RATE, or of one that reporters send, like \"toxicity\"",
                                Metric::named,
                                Metric::name))
                        .build())
                .scalar(GraphQLScalarType.newScalar()
                        .name("Dimension")
                        .coercing(new NameCoercing<>(
                                "the name of a dimension, like PROVIDER, or of one that reporters send, like \"model\"",
                                Dimension::named,
                                Dimension::name))
                        .build());
    }
}
