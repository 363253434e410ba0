"""What a tokenizer cannot read: counted for each text, and told."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["read_tokens", "tell_unknown"]

_EXAMPLES, _LONGEST = 3, 20


def read_tokens(tokenizer: Any, texts: Sequence[str]) -> tuple[list[Any], np.ndarray, np.ndarray]:
    """Read texts; also count each text's own tokens, and those of them that are unknown."""
    encodings = tokenizer.encode_batch(list(texts))
    unknown = _unknown_id(tokenizer)
    own = np.array([entry.special_tokens_mask.count(0) for entry in encodings])
    odd = np.array([0 if unknown is None else entry.ids.count(unknown) for entry in encodings])
    return encodings, own, odd


def tell_unknown(
    tokenizer: Any,
    texts: Sequence[str],
    encodings: Sequence[Any],
    own: np.ndarray,
    odd: np.ndarray,
    *,
    stacklevel: int,
) -> None:
    """Warn of unknown tokens: their share, examples, and how many texts are nothing else."""
    some = np.flatnonzero(odd)
    if not len(some):
        return
    unknown, found = _unknown_id(tokenizer), dict[str, None]()
    for place in some:
        entry = encodings[place]
        for token, (start, stop) in zip(entry.ids, entry.offsets, strict=True):
            if token == unknown:
                found[texts[place][start:stop][:_LONGEST]] = None
        if len(found) >= _EXAMPLES:
            break
    examples = ", ".join(map(repr, list(found)[:_EXAMPLES]))
    nothing = int((odd[some] == own[some]).sum())
    warnings.warn(
        f"the tokenizer does not know {odd.sum():,} of {own.sum():,} tokens "
        f"({odd.sum() / own.sum():.2%}) in {len(some):,} of {len(texts):,} texts, such as "
        f"{examples}; {nothing:,} of these texts hold nothing else and get the zero vector, as an "
        "empty text does; name a source that was trained on such texts",
        stacklevel=stacklevel + 1,
    )


def _unknown_id(tokenizer: Any) -> int | None:
    """The token that stands for whatever is in no vocabulary, where there is one."""
    name = getattr(tokenizer.model, "unk_token", None)
    return None if name is None else tokenizer.token_to_id(name)
