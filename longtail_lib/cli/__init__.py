"""The `longtail` command."""

from longtail_lib.cli.command import main

__all__ = ["main"]
