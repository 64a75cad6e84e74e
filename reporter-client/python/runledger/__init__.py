"""The command ``runledger``, and hooks for the places where pipelines live. May use ``runledger_reporter``."""
