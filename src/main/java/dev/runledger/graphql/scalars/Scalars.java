package dev.runledger.graphql.scalars;

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
                        .build());
    }
}
