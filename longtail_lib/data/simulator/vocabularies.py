"""Which vocabulary a preset speaks."""

from longtail_lib.data.simulator.vocabulary import Vocabulary
from longtail_lib.data.simulator.vocabulary_music import MUSIC
from longtail_lib.data.simulator.vocabulary_shop import SHOP
from longtail_lib.data.simulator.vocabulary_social import SOCIAL
from longtail_lib.data.simulator.vocabulary_video import VIDEO

__all__ = ["VOCABULARIES", "vocabulary_of"]

VOCABULARIES = {"music": MUSIC, "shop": SHOP, "social": SOCIAL, "video": VIDEO}


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
