/** From the spool to the server: transports, what an answer means, retries and pace. May use {@code spool} and {@code payload}. */
@NullMarked
package dev.runledger.reporter.delivery;

import org.jspecify.annotations.NullMarked;
