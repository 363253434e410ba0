"""What a tokenizer cannot read: counted for each text, and told."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["ReadTexts"]

_EXAMPLES, _LONGEST = 3, 20
# How SentencePiece writes a space; by itself it says nothing.
_SPACE = "\u2581"


class ReadTexts:
    """Texts as a tokenizer reads them.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
    texts : sequence of str, length n
    prompt : str
        Put before each text; its tokens are read by the network and counted nowhere here.

    Attributes
    ----------
    ids : list of list of int
        Of each text's tokens, those of the prompt and special ones included.
    own : ndarray of int, shape (n,)
        How many tokens come from the text itself and are more than a space.
    unknown : ndarray of int, shape (n,)
        How many of these are in no vocabulary. Where a tokenizer spells such signs out as bytes,
        each byte counts: no piece of the language was recognised.
    """

    def __init__(self, tokenizer: Any, texts: Sequence[str], prompt: str = "") -> None:
        self._texts, self._prompt = texts, prompt
        self._entries = tokenizer.encode_batch([prompt + text for text in texts])
        self._unknown = _unknown_ids(tokenizer)
        self.ids = [entry.ids for entry in self._entries]
        places = [self._places(entry) for entry in self._entries]
        self.own = np.array([len(own) for own in places])
        self._odd = [
            [place for place in own if entry.ids[place] in self._unknown]
            for entry, own in zip(self._entries, places, strict=True)
        ]
        self.unknown = np.array([len(odd) for odd in self._odd])

    def tell(self, *, stacklevel: int) -> None:
        """Warn of unknown tokens: their share, examples, and how many texts are nothing else."""
        some = np.flatnonzero(self.unknown)
        if not len(some):
            return
        found = dict[str, None]()
        for row in some:
            for place in self._odd[row]:
                start, stop = (end - len(self._prompt) for end in self._entries[row].offsets[place])
                found[self._texts[row][start:stop][:_LONGEST]] = None
            if len(found) >= _EXAMPLES:
                break
        examples = ", ".join(map(repr, list(found)[:_EXAMPLES]))
        odd, own = self.unknown.sum(), self.own.sum()
        nothing = int((self.unknown[some] == self.own[some]).sum())
        warnings.warn(
            f"the tokenizer does not know {odd:,} of {own:,} tokens ({odd / own:.2%}) in "
            f"{len(some):,} of {len(self._texts):,} texts, such as {examples}; {nothing:,} of "
            "these texts hold nothing else and get the zero vector, as an empty text does; name a "
            "source that was trained on such texts",
            stacklevel=stacklevel + 1,
        )

    def _places(self, entry: Any) -> list[int]:
        """The places of a text's own tokens."""
        rows = zip(entry.tokens, entry.special_tokens_mask, entry.offsets, strict=True)
        return [
            place
            for place, (token, special, (_, stop)) in enumerate(rows)
            if not special and stop > len(self._prompt) and token.strip(_SPACE)
        ]


def _unknown_ids(tokenizer: Any) -> set[int | None]:
    """The tokens that stand for whatever is in no vocabulary: one, none, or 256 bytes as well."""
    model = tokenizer.model
    names = [getattr(model, "unk_token", None) or "<unk>"]
    if getattr(model, "byte_fallback", False):
        names += [f"<0x{byte:02X}>" for byte in range(256)]
    return {tokenizer.token_to_id(name) for name in names} - {None}
