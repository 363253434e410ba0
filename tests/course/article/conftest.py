"""The log that the library's models are tested on serves the article's as well."""

from tests.lib.models.conftest import make_split, parts, recall

__all__ = ["make_split", "parts", "recall"]
