/** Errors as clients see them: codes, faults, and what leaks nothing. */
@NullMarked
package dev.runledger.graphql.errors;

import org.jspecify.annotations.NullMarked;
