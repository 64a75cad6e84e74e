/** Scalars, and text that can be stored. */
@NullMarked
package dev.runledger.graphql.scalars;

import org.jspecify.annotations.NullMarked;
