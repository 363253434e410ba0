"""The `longtail` command."""

from longtail_lib.cli._command import main

__all__ = ["main"]
