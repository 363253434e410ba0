"""Cross-entropy of picking a pair's own item among items drawn at random from the catalogue."""

from __future__ import annotations

from typing import Any

from longtail_lib.article.keras_backend import import_keras

__all__ = ["sampled_softmax"]


def sampled_softmax(item_rows: Any, logits: Any) -> Any:
    """Compute the cross-entropy of each pair's own item against the negatives of its batch.

    A batch of n positive pairs comes with n items drawn uniformly from the catalogue, which serve
    all n users as negatives. Where a negative happens to be the pair's own item, it is left out.
    Uniform negatives estimate the softmax over the whole catalogue. Taking the other pairs' items
    instead ("in-batch") would show popular items as negatives more often, and so teach how much
    more than its popularity an item suits a user, which is another question.

    Parameters
    ----------
    item_rows : tensor of int, shape (n, 2)
        The pair's own item, and one of the negatives of the batch.
    logits : tensor of float, shape (n, 1 + n)
        Scores of the own item, then of all negatives.

    Returns
    -------
    tensor of float, shape (n,)

    References
    ----------
    Y. Bengio and J.-S. Senécal, "Quick Training of Probabilistic Neural Nets by Importance
    Sampling", AISTATS 2003.

    Examples
    --------
    >>> loss = sampled_softmax([[7, 9], [8, 7]], [[2.0, 0.0, 5.0], [0.0, 0.0, 0.0]])
    >>> [round(float(value), 4) for value in loss]
    [0.1269, 1.0986]
    """
    ops = import_keras().ops
    rows = ops.cast(item_rows, "int32")
    logits = ops.convert_to_tensor(logits, dtype="float32")
    own, negatives = logits[:, :1], logits[:, 1:]
    hit = ops.equal(rows[:, :1], ops.reshape(rows[:, 1], (1, -1)))
    negatives = ops.where(hit, ops.full_like(negatives, -1e9), negatives)
    return ops.logsumexp(ops.concatenate([own, negatives], axis=1), axis=1) - own[:, 0]
