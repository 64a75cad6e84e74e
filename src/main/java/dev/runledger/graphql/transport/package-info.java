/** GraphQL over HTTP, server-sent events and WebSockets. */
@NullMarked
package dev.runledger.graphql.transport;

import org.jspecify.annotations.NullMarked;
