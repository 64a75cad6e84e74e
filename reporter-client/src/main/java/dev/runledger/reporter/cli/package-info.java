/** The command line. May use everything else. */
@NullMarked
package dev.runledger.reporter.cli;

import org.jspecify.annotations.NullMarked;
