import dataclasses

import numpy as np
import polars as pl
import pytest

from longtail_lib.evaluation import evaluate
from longtail_lib.models import BBN, CDN, Popularity
from longtail_lib.models.debiased._bilateral_branch import capped_probability, reversed_probability
from longtail_lib.models.debiased._bilateral_network import ClassifierItems, ExpertItems
from tests.lib.models.conftest import clusters, recall_at

SMALL = {"dim": 16, "epochs": 20, "batch_size": 200, "learning_rate": 0.02}


def with_attributes():
    """Give each item the cluster it belongs to as an attribute."""
    parts = clusters()
    kind = [f"kind {column % 5}" for column in range(parts.n_items)]
    items = pl.DataFrame({"item_id": parts.item_ids, "kind": kind})
    return dataclasses.replace(parts, items=items)


@pytest.fixture(scope="module")
def parts():
    return with_attributes()


@pytest.fixture(scope="module", params=[BBN, CDN])
def fitted(request, parts):
    return request.param(**SMALL).fit(parts)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_it_beats_popularity(fitted, parts):
    assert recall_at(fitted, parts) > 1.2 * recall_at(Popularity().fit(parts), parts)


def test_save_and_load(fitted, tmp_path):
    loaded = type(fitted).load(fitted.save(tmp_path / "model.npz"))
    assert np.array_equal(loaded.score([3, 1]), fitted.score([3, 1]))
    assert loaded.get_params() == fitted.get_params()


def test_the_same_seed_gives_the_same_scores(fitted, parts):
    short = {**SMALL, "epochs": 2, "dropout": 0.2}
    first, second, other = (
        type(fitted)(**short, seed=seed).fit(parts).score([0, 5]) for seed in (4, 4, 5)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_scores_of_bbn_are_the_mean_of_both_branches_for_one_user(parts):
    model = BBN(**{**SMALL, "epochs": 2}, temperature=0.5).fit(parts)
    network = model.network_
    users = np.array(network.users.embeddings)
    wanted = 0
    for head, items in zip(network.heads, network.items.weight, strict=True):
        wanted = wanted + 0.5 * unit(users @ np.array(head.kernel)) @ unit(np.array(items)).T / 0.5
    np.testing.assert_allclose(model.score([0, 9]), wanted[[0, 9]], rtol=1e-4, atol=1e-5)


def test_scores_of_cdn_are_those_of_the_main_branch_and_the_gate(parts):
    model = CDN(**{**SMALL, "epochs": 2}, temperature=0.5).fit(parts)
    network, items = model.network_, model.network_.items
    gate = items.frequency @ np.array(items.gate) + np.array(items.gate_offset)
    shares = np.exp(gate) / np.exp(gate).sum(axis=1, keepdims=True)
    general = np.maximum(items.indicators @ np.array(items.expert) + np.array(items.offset), 0)
    vectors = shares[:, :1] * np.array(items.ids) + shares[:, 1:] * general
    users = np.array(network.users.embeddings) @ np.array(network.heads[0].kernel)
    wanted = unit(users) @ unit(vectors).T / 0.5
    np.testing.assert_allclose(model.score([0, 9]), wanted[[0, 9]], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.generalisation_share_, shares[:, 1], rtol=1e-5)


def test_mixed_logits_of_a_batch_against_numpy():
    rng = np.random.default_rng(0)
    own, other = rng.normal(size=(2, 3, 4)).astype(np.float32)
    alpha = np.full((3, 1), 0.3, dtype=np.float32)
    items = ClassifierItems(5, 4, seed=1)
    items.build((None, 4))
    first, second = (unit(np.array(weight)) for weight in items.weight)
    wanted = 0.3 * own @ first.T + 0.7 * other @ second.T
    np.testing.assert_allclose(np.array(items(own, other, alpha)), wanted, rtol=1e-4, atol=1e-6)
    gated = ExpertItems(np.eye(5, 2, dtype=np.float32), np.ones((5, 1), np.float32), 4, seed=1)
    gated.build((None, 4))
    vectors = np.array(gated.vectors_and_shares()[0])
    wanted = (0.3 * own + 0.7 * other) @ vectors.T
    np.testing.assert_allclose(np.array(gated(own, other, alpha)), wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "probability"),
    [(BBN(epochs=4), reversed_probability), (CDN(epochs=4), capped_probability)],
)
def test_batches_hold_every_interaction_once_and_as_many_rebalanced(parts, model, probability):
    first = model._batches(parts, 2, np.random.default_rng(0))
    found = {name: [] for name in ("targets", "balanced_targets")}
    for batch in first:
        for side, name in (("user", "targets"), ("balanced_user", "balanced_targets")):
            cells = batch[name].numpy()
            found[name].append(cells)
            # What is drawn for a user is theirs.
            assert (parts.train[batch[side].numpy()].toarray()[cells > 0] == 1).all()
        assert np.ptp(batch["alpha"].numpy()) == 0
    own, drawn = (np.vstack(found[name]).sum(axis=0) for name in found)
    assert np.array_equal(own, parts.popularity)
    assert drawn.sum() == parts.train.nnz
    assert np.corrcoef(drawn, probability(parts.popularity))[0, 1] > 0.7
    rate = 3.0 if isinstance(model, CDN) else 1.0
    assert batch["alpha"].numpy()[0, 0] == pytest.approx(1 - (2 / (rate * 4)) ** 2)


def test_rebalancing_shows_less_popular_items_than_the_log_alone(parts):
    class Conventional(BBN):
        def _rebalanced(self, popularity):
            return popularity / popularity.sum()

    def popularity_of_lists(model):
        report = evaluate(model(**SMALL).fit(parts), parts, resamples=10)
        return report["overall", "ARP@10"].value

    assert popularity_of_lists(BBN) < 0.95 * popularity_of_lists(Conventional)


def test_cdn_works_without_attributes(parts):
    model = CDN(**{**SMALL, "epochs": 2}).fit(clusters())
    assert model.score([0]).shape == (1, parts.n_items)
    # The gate knows nothing but popularity.
    once = parts.popularity == 1
    assert np.ptp(model.generalisation_share_[once]) < 1e-6


def test_attributes_tell_cdn_the_tail(parts):
    """Ids alone know little of items with few interactions; their kind tells the rest."""
    few = parts.popularity <= np.quantile(parts.popularity, 0.4)
    rows = np.arange(parts.n_users)

    def agreement(model):
        scores = model.fit(parts).score(rows)
        kinds = np.arange(parts.n_items) % 5
        liked = np.stack([scores[:, (kinds == kind) & ~few].mean(axis=1) for kind in range(5)])
        liked -= liked.mean(axis=0)
        own = [np.corrcoef(scores[:, item], liked[kinds[item]])[0, 1] for item in few.nonzero()[0]]
        return np.mean(own)

    assert agreement(CDN(**SMALL)) > agreement(CDN(**SMALL, attributes=())) + 0.02


def test_an_unknown_attribute(parts):
    with pytest.raises(KeyError, match="no column 'colour'"):
        CDN(attributes=("colour",)).fit(parts)
