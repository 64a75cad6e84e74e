/** Reports on disk, as SPOOL.md says: written before the network is touched, shared by processes and languages. May use {@code payload}. */
@NullMarked
package dev.runledger.reporter.spool;

import org.jspecify.annotations.NullMarked;
