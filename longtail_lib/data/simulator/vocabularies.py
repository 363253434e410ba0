"""Which vocabulary a preset speaks."""

from longtail_lib.data.simulator.vocabulary import Vocabulary
from longtail_lib.data.simulator.vocabulary_shop import SHOP

__all__ = ["VOCABULARIES", "vocabulary_of"]

VOCABULARIES = {"shop": SHOP}


def vocabulary_of(name: str) -> Vocabulary:
    """Return a vocabulary by name.

    Raises
    ------
    KeyError
        No such vocabulary.
    """
    if name not in VOCABULARIES:
        known = ", ".join(map(repr, VOCABULARIES))
        raise KeyError(f"unknown vocabulary {name!r}; there are {known}")
    return VOCABULARIES[name]
