"""How many parameters a transformer encoder has, from five numbers of its card."""

from __future__ import annotations

__all__ = ["transformer_parameters"]


def transformer_parameters(
    vocabulary: int,
    width: int,
    layers: int,
    feed_forward: int | None = None,
    positions: int = 512,
) -> int:
    """Count the parameters of a text encoder built like BERT.

    Three tables of vectors come first (word pieces, positions, two segments). Each layer has four
    square matrices for attention, two matrices for the feed-forward part, and two normalisations;
    one more matrix, the pooler, ends it. Every matrix has a bias.

    Parameters
    ----------
    vocabulary : int
        Word pieces that have a vector.
    width : int
        Length of a vector.
    layers : int
    feed_forward : int or None
        Width inside the feed-forward part; four times `width` if None.
    positions : int
        Longest text, in word pieces.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        A number below 1, or below 0 for `layers`.

    References
    ----------
    Devlin, J., Chang, M.-W., Lee, K., Toutanova, K. (2019). BERT: pre-training of deep
    bidirectional transformers for language understanding. NAACL-HLT.

    Examples
    --------
    >>> transformer_parameters(vocabulary=30_522, width=768, layers=12)      # BERT base
    109482240
    >>> transformer_parameters(vocabulary=30_522, width=384, layers=6)       # MiniLM-L6
    22713216
    """
    feed_forward = 4 * width if feed_forward is None else feed_forward
    if min(vocabulary, width, feed_forward, positions) < 1 or layers < 0:
        raise ValueError(
            "transformer_parameters: sizes must be at least 1 and layers at least 0, got "
            f"vocabulary {vocabulary}, width {width}, layers {layers}, feed_forward "
            f"{feed_forward}, positions {positions}"
        )
    normalisation = 2 * width
    square = width * width + width
    tables = (vocabulary + positions + 2) * width + normalisation
    spread = width * feed_forward + feed_forward
    gather = feed_forward * width + width
    layer = 4 * square + spread + gather + 2 * normalisation
    return tables + layers * layer + square
