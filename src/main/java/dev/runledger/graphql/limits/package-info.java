/** Limits of documents, answers and connections. */
@NullMarked
package dev.runledger.graphql.limits;

import org.jspecify.annotations.NullMarked;
