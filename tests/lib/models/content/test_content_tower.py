from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import logsumexp

from longtail_lib.models import ContentTower, Random, shuffled_vectors
from longtail_lib.models.content.content_tower import _CONTRASTED, ContentNetwork

SMALL = {"dim": 16, "epochs": 12, "batch_size": 128, "patience": None}


# --- what the network computes -------------------------------------------------------------------


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("dropout", [0.0, 1.0])
@pytest.mark.parametrize("swap", [False, True])
def test_the_loss_in_numpy(swap, dropout, hidden):
    rng = np.random.default_rng(0)
    content, cold = rng.normal(size=(6, 4)).astype(np.float32), np.arange(6) == 2
    network = ContentNetwork(
        3, 7, content, cold, hidden=hidden, dropout=dropout, swap=swap,
        contrast=0.3 if swap else 0.0, user_dropout=0.0, temperature=0.2, seed=1,
    )  # fmt: skip
    network.build()
    x = {
        "user": np.array([2, 0], np.int32),
        "place": np.array([0, 1, 1, 0], np.int32),
        "item": np.array([5, 0, 3, 0], np.int32),
        "weight": np.array([1, 1, 1, 0], np.float32),
    }
    loss = float(network.compute_loss(x=x, y_pred=network(x)))
    own = content.astype(float)
    if hidden:
        kernel, bias = (np.array(w, float) for w in network.hidden.get_weights())
        own = np.maximum(own @ kernel + bias, 0)
    own = own @ np.array(network.projection.kernel, float)
    ids = np.array(network.item_table.embeddings, float)
    keep = (~cold & (dropout < 1))[:, None]
    items = np.where(keep, ids, own) if swap else own + keep * ids
    users = unit(np.array(network.user_table.embeddings, float))[x["user"]]
    warm = np.flatnonzero(~cold)
    logits = users @ unit(items).T / 0.2
    terms = [
        logsumexp(logits[place, warm]) - logits[place, item]
        for place, item in zip(x["place"][:3], x["item"][:3], strict=True)
    ]
    if swap:
        between = unit(own) @ unit(ids).T / 0.2
        terms += [0.3 * (logsumexp(between[i, warm]) - between[i, i]) for i in x["item"][:3]]
    assert loss == pytest.approx(np.sum(terms) / 3, rel=1e-4)
    np.testing.assert_allclose(network.vectors("content"), unit(own), atol=1e-5)
    np.testing.assert_allclose(network.vectors("item"), unit(items), atol=1e-5)


def test_the_contrastive_term_compares_the_first_of_many_interactions_with_all_warm_items():
    rng = np.random.default_rng(1)
    content, cold = rng.normal(size=(9, 5)).astype(np.float32), np.arange(9) >= 7
    losses, n = [], _CONTRASTED + 40
    x = {
        "user": np.arange(4, dtype=np.int32),
        "place": rng.integers(4, size=n).astype(np.int32),
        "item": rng.integers(7, size=n).astype(np.int32),
        "weight": (np.arange(n) < n - 10).astype(np.float32),
    }
    for contrast in (0.0, 2.0):
        network = ContentNetwork(
            4, 6, content, cold, hidden=0, dropout=0.0, swap=True, contrast=contrast,
            user_dropout=0.0, temperature=0.5, seed=3,
        )  # fmt: skip
        network.build()
        losses.append(float(network.compute_loss(x=x, y_pred=network(x))))
    own = unit(content.astype(float) @ np.array(network.projection.kernel, float))
    ids = unit(np.array(network.item_table.embeddings, float))
    between = own @ ids[:7].T / 0.5
    terms = logsumexp(between, axis=1)[:7] - np.diag(between)
    expected = 2.0 * terms[x["item"][:_CONTRASTED]].mean()
    assert losses[1] - losses[0] == pytest.approx(expected, rel=1e-4)


# --- what it learns ------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["dropoutnet", "contrastive"])
def test_cold_items_are_found_by_their_texts_and_not_by_shuffled_ones(
    cold_parts, texts, recall, objective
):
    def own(vectors):
        return recall(
            ContentTower(vectors, objective=objective, space="centre", **SMALL).fit(cold_parts),
            cold_parts,
        )

    chance = recall(Random().fit(cold_parts), cold_parts)
    assert own(texts) > 1.7 * max(chance, own(shuffled_vectors(texts)))


@pytest.mark.parametrize("objective", ["dropoutnet", "contrastive"])
def test_a_cold_item_is_its_content_and_a_warm_one_is_more(parts, texts, objective):
    model = ContentTower(texts, objective=objective, **SMALL).fit(parts)
    same = np.isclose(model.item_vectors_, model.content_vectors_, atol=1e-6).all(axis=1)
    assert np.array_equal(same, parts.popularity == 0)
    np.testing.assert_allclose(np.linalg.norm(model.item_vectors_, axis=1), 1, atol=1e-5)


def test_ids_that_are_always_dropped_are_not_used(parts, texts):
    model = ContentTower(texts, dropout=1.0, **SMALL).fit(parts)
    assert np.array_equal(model.item_vectors_, model.content_vectors_)
    assert model.history_["loss"][-1] < model.history_["loss"][0] - 0.05


def test_the_contrastive_term_brings_content_and_id_together(parts, texts):
    def agreement(contrast):
        model = ContentTower(texts, objective="contrastive", contrast=contrast, **SMALL).fit(parts)
        warm = parts.popularity > 0
        return (model.item_vectors_ * model.content_vectors_)[warm].sum(axis=1).mean()

    assert agreement(1.0) > agreement(0.0) + 0.1


def test_cold_items_without_content_score_lowest(parts, texts):
    texts, cold = texts.copy(), np.flatnonzero(parts.popularity == 0)
    texts[[0, cold[0]]] = 0
    scores = ContentTower(texts, **SMALL).fit(parts).score(np.arange(parts.n_users))
    assert (scores.argmin(axis=1) == cold[0]).all()
    assert (scores[:, 0] > -1.01).all()


def test_attributes_stand_in_for_missing_texts(cold_parts, texts, recall):
    kind = [f"kind {place % 5}" for place in range(cold_parts.n_items)]
    items = pl.DataFrame({"item_id": cold_parts.item_ids, "kind": kind})
    silent = np.where((cold_parts.popularity > 0)[:, None], texts, 0)
    parts = replace(cold_parts, items=items)
    plain, known = (
        ContentTower(silent, attributes=attributes, **SMALL).fit(parts)
        for attributes in (False, True)
    )
    assert plain.unknown_.any()
    assert not known.unknown_.any()
    assert recall(known, parts) > 1.7 * recall(Random().fit(parts), parts)
    assert recall(plain, parts) == 0


def test_a_killed_fit_goes_on_where_it_stopped(parts, texts, tmp_path, monkeypatch):
    given = {**SMALL, "epochs": 4, "user_dropout": 0.2}
    whole = ContentTower(texts, **given).fit(parts)
    train = ContentTower._train_epoch

    def killed(self, parts, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return train(self, parts, epoch)

    monkeypatch.setattr(ContentTower, "_train_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        ContentTower(texts, checkpoint=tmp_path, **given).fit(parts)
    monkeypatch.undo()
    again = ContentTower(texts, checkpoint=tmp_path, **given).fit(parts)
    assert np.array_equal(again.item_vectors_, whole.item_vectors_)
    with pytest.raises(ValueError, match=r"checkpoint of another training: vectors was array"):
        ContentTower(shuffled_vectors(texts), checkpoint=tmp_path, **given).fit(parts)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"attributes": True}, "attributes=True, and the item table"),
        ({"patience": 2}, "validation part of .* is empty"),
    ],
)
def test_bad_parameters(parts, texts, wrong, message):
    with pytest.raises(ValueError, match=message):
        ContentTower(texts, **{**SMALL, **wrong}).fit(parts)
