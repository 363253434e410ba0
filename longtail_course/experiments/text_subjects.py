"""Recommenders with and without text that are compared, and the texts that they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from longtail_course.experiments.stored import stored_results
from longtail_lib.benchmark import CONTESTANTS, Contestant
from longtail_lib.preprocessing import Split

__all__ = [
    "BASE",
    "CONTROLLED",
    "PROTOCOLS",
    "SUBJECTS",
    "TEXTS",
    "plain_models",
    "text_models",
    "texts_of",
]

# Ratings that count as liking, as in the stored results of `longtail benchmark`.
PROTOCOLS = {"shop": 4.0, "movielens-small": 3.5}

TEXTS = (
    "real",
    "words only",
    "titles shuffled",
    "titles renamed",
    "titles removed",
    "tags removed",
    "titles and tags removed",
    "all text shuffled",
)

# Each model that is given changed texts, and the same model without any.
CONTROLLED: Mapping[str, str] = {
    "EaseText, additive": "EaseScaled",
    "EaseText, collective": "EaseScaled",
    "TwoTower, text gate": "TwoTower",
}
BASE = "EaseScaled"

_PLAIN = ("Popularity", "ItemKNN", "EASE", "EaseScaled", "TwoTower")
_SCALED = CONTESTANTS[BASE].tuned
_BOTH = {"model": "TwoTower", "text": "TextTower"}
_WORDS = 256

# `contestant("EaseText, additive", SUBJECTS).build()` makes the model of a row, unfitted. Those of
# the benchmark are the same here; with the parameters of one dataset they are in `plain_models`.
SUBJECTS: dict[str, Contestant] = {
    each.name: each
    for each in (
        *(CONTESTANTS[name] for name in _PLAIN),
        # As it comes: what is compared with it is not tuned for this either.
        Contestant("ContentKNN", "longtail_lib.models:ContentKNN"),
        CONTESTANTS["TextTower"],
        Contestant("EaseText, additive", "longtail_lib.models:EaseText", tuned=_SCALED),
        Contestant(
            "EaseText, collective",
            "longtail_lib.models:EaseText",
            fixed={"form": "collective", "text_weight": 1.0},
            tuned=_SCALED,
        ),
        Contestant(
            "TwoTower, text gate",
            "longtail_lib.models:TextGate",
            fixed={"text_weight": 0.8, "half_popularity": 2.0},
            wraps=_BOTH,
        ),
        Contestant(
            "TwoTower, learned gate",
            "longtail_lib.models:TextGate",
            fixed={"gate": "learned"},
            wraps=_BOTH,
        ),
    )
}


def plain_models(dataset: str, seed: int) -> dict[str, Any]:
    """Give the recommenders without text, unfitted, as tuned in the stored results.

    Parameters
    ----------
    dataset : {"shop", "movielens-small"}
    seed : int

    Returns
    -------
    dict of str to Recommender

    Examples
    --------
    >>> list(plain_models("shop", 0))
    ['Popularity', 'ItemKNN', 'EASE', 'EaseScaled', 'TwoTower']
    """
    tuned = stored_results(dataset)
    return {name: tuned.build("random", name, seed) for name in _PLAIN}


def text_models(
    dataset: str, vectors: np.ndarray, tower: Any, seed: int, *, wanted: Any = None
) -> dict[str, Any]:
    """Give the recommenders that read, unfitted.

    The two forms of EaseText have the penalty and the exponent of EaseScaled, so that without
    text they are EaseScaled.

    Parameters
    ----------
    dataset : {"shop", "movielens-small"}
    vectors : ndarray, shape (n_items, d)
    tower : Recommender
        The TwoTower that gates blend with; one that is fitted is not fitted again.
    seed : int
    wanted : collection of str, or None
        Names; None gives all.

    Returns
    -------
    dict of str to Recommender
        Both gates share one text tower: fit "TextTower" first.

    Examples
    --------
    >>> list(text_models("shop", np.eye(2), None, 0, wanted=CONTROLLED))
    ['EaseText, additive', 'EaseText, collective', 'TwoTower, text gate']
    """
    scaled = dict(stored_results(dataset)["random", BASE].parameters)
    text = SUBJECTS["TextTower"].build(seed, vectors=vectors)
    given: dict[str, dict[str, Any]] = {
        "ContentKNN": {"vectors": vectors},
        "EaseText, additive": {**scaled, "vectors": vectors},
        "EaseText, collective": {**scaled, "vectors": vectors},
        "TwoTower, text gate": {"model": tower, "text": text},
        "TwoTower, learned gate": {"model": tower, "text": text},
    }
    return {
        name: text if name == "TextTower" else subject.build(seed, **given[name])
        for name, subject in SUBJECTS.items()
        if name not in _PLAIN and (wanted is None or name in wanted)
    }


def texts_of(parts: Split, encoder: Any = None) -> dict[str, np.ndarray]:
    """Encode the catalogue's texts, real and changed.

    Parameters
    ----------
    parts : Split
        Its item table has `title` and `text`.
    encoder : object with `encode(texts)`, or None
        None is the pretrained `TextEncoder()`, whose cache makes a second call quick.

    Returns
    -------
    dict of str to ndarray of float32, shape (n_items, d)
        Keys from `TEXTS`, less those with tags where there are none. "words only" is TF-IDF of the
        real texts, compressed: an encoder that has read nothing but this catalogue.
    """
    import narwhals as nw

    from longtail_course.toys import change_texts
    from longtail_course.toys.text_variants import TEXT_CHANGES
    from longtail_lib.models import item_vectors, shuffled_vectors
    from longtail_lib.text import TextEncoder, TfidfSvd

    items = nw.from_native(parts.items, eager_only=True)
    texts, titles = items["text"].to_list(), items["title"].to_list()
    tagged = any(". Tags: " in (text or "") for text in texts)
    encoder = TextEncoder() if encoder is None else encoder
    words = TfidfSvd(dimensions=_WORDS).fit([text for text in texts if text])
    found = {
        "real": item_vectors(parts, encoder),
        "words only": item_vectors(parts, words),
    }
    for change in TEXT_CHANGES:
        if tagged or "tags" not in change:
            changed = change_texts(texts, titles, change, name="Film" if tagged else "Item")
            found[change] = np.asarray(encoder.encode(changed), dtype=np.float32)
    found["all text shuffled"] = shuffled_vectors(found["real"], seed=0)
    return found
