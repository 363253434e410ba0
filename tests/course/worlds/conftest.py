"""The store and the shop that the library's estimators are tested on."""

from tests.lib.conftest import shop, small_store

__all__ = ["shop", "small_store"]
