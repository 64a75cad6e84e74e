package dev.runledger.ledger;

/** Runs were recorded, changed or deleted. Published on one instance, soon after the commit; lost if that instance dies then. */
public record RunsChanged() {}
