"""Provide the command line: one module a command; `shared` has what they share."""

from crackling.cli.main import main

__all__ = ["main"]
