"""Inputs of strangers, by the thousand and the same at each run: ``python -m tests.fuzz --help``."""
