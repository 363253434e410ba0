"""Tests that need the weights of an encoder are skipped, by its name, where it was not fetched."""

import pytest

from longtail_lib.text._list_encoders import ENCODERS


def needs(name: str) -> pytest.MarkDecorator:
    """A mark for a test that reads with an encoder from `longtail encoder list`."""
    missing = not ENCODERS[name].path.is_dir()
    return pytest.mark.skipif(missing, reason=f"{name} is not here: longtail encoder fetch {name}")
