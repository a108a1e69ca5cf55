"""The command line: one command per act, each also callable from a test.

Every command prints a one-line result last, or with ``--json`` the same as JSON. Errors go to standard error with their
code; the exit status is 1 when the law or procedure refuses, 2 when the input is wrong, 3 when something is broken.
"""

from goodstanding.cli.frame import main

__all__ = ["main"]
