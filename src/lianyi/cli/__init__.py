"""The command line: one file a verb, exit status 0 done, 1 refused or bad input, 2 broken."""

from lianyi.cli.app import main

__all__ = ["main"]
