"""What texts tell of popularity before any model reads them, and what encoding them takes."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from longtail_lib.preprocessing import Split

__all__ = ["encoding_time", "probe_rows", "tagged_shares"]

_TIMED = 512


def probe_rows(parts: Split, texts: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Measure what texts tell of train popularity, and how their vectors crowd.

    Parameters
    ----------
    parts : Split
    texts : dict of str to ndarray, shape (n_items, d)

    Returns
    -------
    list of dict
        features, r2, fitted, hub_skewness, never.
    """
    import narwhals as nw

    from longtail_course.toys import hubness, popularity_fit

    column = nw.from_native(parts.items, eager_only=True)["text"].to_list()
    length = np.log1p([[len(text or "")] for text in column])
    rows = []
    for name, features in {"length of the text": length, **texts}.items():
        fit = popularity_fit(features, parts.popularity)
        hubs = hubness(features) if features.shape[1] > 1 else None
        rows.append(
            {
                "features": name,
                "r2": round(fit.r2, 4),
                "fitted": round(fit.fitted, 4),
                "hub_skewness": round(hubs.skewness, 3) if hubs else None,
                "never": round(hubs.never, 4) if hubs else None,
            }
        )
    return rows


def encoding_time(parts: Split) -> dict[str, float]:
    """Time a sample of the catalogue, without the cache and without the first, slow call.

    Parameters
    ----------
    parts : Split

    Returns
    -------
    dict of str to float
        `texts`, and the processor `seconds` that all of them would take.
    """
    import narwhals as nw

    from longtail_lib.text import TextEncoder

    texts = nw.from_native(parts.items, eager_only=True)["text"].to_list()
    sample = [texts[place] for place in range(0, len(texts), max(1, len(texts) // _TIMED))]
    encoder = TextEncoder(cache=False)
    encoder.encode(sample[:32])
    start = time.process_time()
    encoder.encode(sample)
    each = (time.process_time() - start) / len(sample)
    return {"texts": len(texts), "seconds": round(each * len(texts), 1)}


def tagged_shares(parts: Split) -> dict[str, float]:
    """Measure how many items have tags in head, mid and tail.

    Parameters
    ----------
    parts : Split

    Returns
    -------
    dict of str to float
        Empty where no text has tags.

    Examples
    --------
    >>> import polars as pl
    >>> from longtail_lib.testing import tiny_parts
    >>> parts = tiny_parts()
    >>> texts = ["Up. Tags: sky", *["Up"] * (parts.n_items - 1)]
    >>> items = pl.DataFrame({"item_id": parts.item_ids, "text": texts})
    >>> import dataclasses
    >>> sum(tagged_shares(dataclasses.replace(parts, items=items)).values()) > 0
    True
    """
    import narwhals as nw

    from longtail_lib.tail import popularity_groups

    texts = nw.from_native(parts.items, eager_only=True)["text"].to_list()
    groups = popularity_groups(parts.popularity)
    tagged = np.array([". Tags: " in (text or "") for text in texts])
    if not tagged.any():
        return {}
    return {name: round(float(tagged[groups.mask(name)].mean()), 4) for name in groups.names}
