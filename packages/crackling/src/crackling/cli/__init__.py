"""The command line: one module a command, what they share in `shared`."""

from crackling.cli.main import main

__all__ = ["main"]
