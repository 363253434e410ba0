"""Everything that scores items.

Names are imported when first used, so that no model costs another's imports.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "ArticleTwoTower": "article_two_tower",
    "ArticleVariant": "article_variant",
    "Ease": "ease",
    "ItemKNN": "item_knn",
    "NotFittedError": "recommender",
    "Popularity": "popularity",
    "Random": "random_ranking",
    "Recommender": "recommender",
    "RepairedTwoTower": "repaired_two_tower",
    "article_ablation": "article_variant",
    "labelled_pairs": "sampled_negatives",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'longtail_lib.models' has no attribute {name!r}")
    value = getattr(import_module(f"longtail_lib.models.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
