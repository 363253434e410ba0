"""Pretraining on several catalogues at once, by what their items say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import block_diag, csr_matrix

from longtail_lib.models.content._item_vectors import text_vectors
from longtail_lib.models.sequence.pretrained import Pretrained
from longtail_lib.models.sequence.sasrec import SASRec
from longtail_lib.preprocessing import PARTS, Split

__all__ = ["join_domains", "pretrain"]


def pretrain(
    model: SASRec,
    domains: Sequence[Split],
    vectors: Sequence[np.ndarray] | None = None,
    *,
    text_encoder: str | None = None,
) -> Pretrained:
    """Train one sequence model on several catalogues, and return what can go to another.

    Items are a linear map of their text vectors, one map for all domains, so that nothing learned
    belongs to a catalogue. Batches of the domains alternate in random order, and an item is told
    from the others of its own domain.

    Parameters
    ----------
    model : SASRec
        Its parameters say how to train; `fusion`, `vectors` and `pretrained` are not read. It is
        left as it is. With `patience` it stops early on validation NDCG@10 over all domains'
        users, each within his own catalogue.
    domains : sequence of Split
        With times and different names.
    vectors : sequence of ndarray, each of shape (n_items, d), or None
        Text vectors of each domain; None encodes the items' text.
    text_encoder : str, optional
        Hash or name of what made `vectors`, kept for later checks.

    Returns
    -------
    Pretrained

    Raises
    ------
    ValueError
        A loss other than cross-entropy, a similarity other than dot, domains without times or of
        one name, or vectors that fit neither each other nor their domain.

    References
    ----------
    Y. Hou et al., "Towards Universal Sequence Representation Learning for Recommender Systems",
    KDD 2022 (UniSRec), of which this is the plain part: one linear adapter where they mix several
    experts, and the next item as the only task.
    """
    if not isinstance(model, SASRec):
        raise TypeError(f"pretrain takes a SASRec, got {type(model).__name__}")
    if model.loss != "cross-entropy":
        raise ValueError(
            f"pretrain compares an item with the others of its domain, which is "
            f"loss='cross-entropy'; got {model.loss!r}"
        )
    if model.similarity != "dot":
        raise ValueError(
            f"pretrain compares by dot products, similarity='dot'; got {model.similarity!r}"
        )
    domains = list(domains)
    parts, user_domain, item_domain = join_domains(domains)
    if vectors is None:
        found = [text_vectors(one) for one in domains]
        vectors, text_encoder = [pair[0] for pair in found], found[0][1]
    if len(vectors) != len(domains):
        raise ValueError(f"{len(domains)} domains need as many vectors, got {len(vectors)}")
    for one, own in zip(domains, vectors, strict=True):
        if len(own) != one.n_items or own.shape[1] != vectors[0].shape[1]:
            raise ValueError(
                f"vectors of domain '{one.name}' have shape {own.shape}; "
                f"({one.n_items}, {vectors[0].shape[1]}) is needed"
            )
    parameters = model.get_params() | {
        "fusion": "text",
        "vectors": None,
        "pretrained": None,
        "train": "all",
    }
    joint = _JointSASRec(**parameters)
    joint.domains = domains, list(vectors), user_domain, item_domain
    joint.fit(parts)
    network = joint.network_
    return Pretrained(
        np.array(network.items.adapter.kernel),
        [np.array(weight) for weight in network.encoder.weights],
        **{name: getattr(model, name) for name in ("dim", "blocks", "heads", "max_length")},
        domains=[one.name for one in domains],
        text_encoder=text_encoder,
    )


class _JointSASRec(SASRec):
    """SASRec over joined domains."""

    domains: tuple[list[Split], list[np.ndarray], np.ndarray, np.ndarray]

    def _item_layer(self, parts: Split) -> Any:
        from longtail_lib.models.content._item_layers import TextItems, centred_text

        # Each catalogue is centred by itself: what all of its items say tells none from another.
        text = np.concatenate([centred_text(own) for own in self.domains[1]])
        return TextItems(text, self.dim, 10 * self.seed)

    def _batches(self, parts: Split, epoch: int, rng: np.random.Generator) -> Any:
        import tensorflow as tf

        streams, turns = [], []
        first = np.searchsorted(self.domains[3], np.arange(len(self.domains[0])))
        for place, domain in enumerate(self.domains[0]):
            stream = super()._batches(domain, epoch, rng)
            turns += [place] * len(stream)
            streams.append(stream)
        turns = rng.permutation(turns)

        def batches() -> Any:
            running = [iter(stream.as_numpy_iterator()) for stream in streams]
            for place in turns:
                batch = next(running[place])
                shift = np.where(batch["item"] >= 0, first[place], 0).astype(np.int32)
                rows = first[place] + np.arange(self.domains[0][place].n_items, dtype=np.int32)
                yield batch | {"item": batch["item"] + shift, "catalogue": rows.astype(np.int32)}

        shape = (None, self.max_length)
        names = ("item", "target", "position", "segment")
        signature = {name: tf.TensorSpec(shape, tf.int32) for name in names}
        signature["catalogue"] = tf.TensorSpec((None,), tf.int32)
        stream = tf.data.Dataset.from_generator(batches, output_signature=signature)
        return stream.apply(tf.data.experimental.assert_cardinality(len(turns))).prefetch(2)

    def _score(self, user_rows: np.ndarray) -> np.ndarray:
        scores = super()._score(user_rows)
        _, _, user_domain, item_domain = self.domains
        scores[user_domain[user_rows][:, None] != item_domain] = -np.inf
        return scores


# Checkpoints and messages call it by the public name.
_JointSASRec.__name__ = "SASRec"


def join_domains(domains: Sequence[Split]) -> tuple[Split, np.ndarray, np.ndarray]:
    """Put users and items of several splits below and beside each other."""
    domains = list(domains)
    if not domains:
        raise ValueError("no domains to join; pass one or several splits")
    names = [parts.name for parts in domains]
    if len(set(names)) < len(names):
        raise ValueError(
            f"domains must have different names, got {', '.join(names)}; a catalogue that stands "
            "twice would be learned twice"
        )
    for parts in domains:
        if parts.times is None:
            raise ValueError(
                f"{parts!r} has no times, and a sequence is items in the order of time; read the "
                "log with its timestamp column"
            )
    parts = Split(
        **{part: _beside([getattr(one, part) for one in domains]) for part in PARTS},
        user_ids=_ids(names, [one.n_users for one in domains]),
        item_ids=_ids(names, [one.n_items for one in domains]),
        items=None,
        users=None,
        how=domains[0].how,
        times=_all_beside([one.times for one in domains]),
        places=_all_beside([one.places for one in domains])
        if all(one.places is not None for one in domains)
        else None,
        name=" + ".join(names),
    )
    return (
        parts,
        np.repeat(np.arange(len(domains)), [one.n_users for one in domains]),
        np.repeat(np.arange(len(domains)), [one.n_items for one in domains]),
    )


def _all_beside(stored: Sequence[Any]) -> dict[str, Any]:
    return {
        part: _beside([one[part] for one in stored])
        for part in PARTS
        if all(part in one for one in stored)
    }


def _beside(matrices: Sequence[csr_matrix]) -> Any:
    joined = csr_matrix(block_diag(matrices, format="csr", dtype=matrices[0].dtype))
    joined.sort_indices()
    return joined


def _ids(names: Sequence[str], sizes: Sequence[int]) -> np.ndarray:
    # Numbers of one width, so that the order of text is that of numbers within a domain.
    width = len(str(max(sizes)))
    return np.array(
        [
            f"{place}:{name}:{number:0{width}d}"
            for place, (name, size) in enumerate(zip(names, sizes, strict=True))
            for number in range(size)
        ]
    )
