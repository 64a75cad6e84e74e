/** How much a document and a connection may ask for. */
@NullMarked
package dev.runledger.graphql.limits;

import org.jspecify.annotations.NullMarked;
