/** What several tests need: child processes, a proxy that fails, a ledger to report to, the real server. */
@NullMarked
package dev.runledger.reporter.testing;

import org.jspecify.annotations.NullMarked;
