package dev.runledger.rest;

/** There is no run of that id. */
class UnknownRunException extends RuntimeException {

    UnknownRunException() {
        super("Generation run not found");
    }
}
