from dataclasses import replace

import numpy as np
import pytest

from longtail_lib.models import FusedTower, Popularity, TwoTower
from longtail_lib.models.content._item_layers import FUSIONS, item_layer
from longtail_lib.models.content.fused_tower import FusedNetwork, ops

SMALL = {"dim": 16, "epochs": 15, "batch_size": 256, "patience": None}
ROWS = np.array([0, 7, 119])


@pytest.fixture(scope="module")
def vectors(parts):
    """Texts that tell an item's cluster, beside much that tells nothing."""
    rng = np.random.default_rng(0)
    kind = np.arange(parts.n_items) % 5
    return np.hstack([2 * np.eye(5)[kind], 0.5 * rng.normal(size=(parts.n_items, 12))]) + 1


@pytest.mark.parametrize("fusion", FUSIONS)
def test_it_learns_and_is_saved(fusion, parts, vectors, recall, tmp_path):
    model = FusedTower(fusion, vectors, **SMALL).fit(parts)
    assert recall(model, parts) > 1.3 * recall(Popularity().fit(parts), parts)
    assert np.allclose(np.linalg.norm(model.item_vectors_, axis=1), 1, atol=1e-5)
    loaded = FusedTower.load(model.save(tmp_path / "fused.npz"))
    assert (loaded.score(ROWS) == model.score(ROWS)).all()
    assert loaded.vectors is None
    assert hasattr(loaded, "gate_") == (fusion == "gate")


def test_only_the_seed_changes_a_fit(parts, vectors):
    first, again, other = (
        FusedTower("dual-view", vectors, seed=seed, **SMALL).fit(parts).score(ROWS)
        for seed in (0, 0, 1)
    )
    assert (first == again).all()
    assert not np.allclose(first, other, atol=1e-3)


def test_without_text_it_learns_as_two_towers_do(parts, recall):
    own = FusedTower("none", **SMALL).fit(parts)
    theirs = TwoTower(**SMALL).fit(parts)
    assert recall(own, parts) == pytest.approx(recall(theirs, parts), rel=0.05)


def test_only_text_speaks_for_cold_items(parts, vectors):
    """The last three items of the shared split have no interactions."""
    own = parts.train.toarray() @ np.eye(5)[np.arange(parts.n_items) % 5]
    taste = own.argmax(axis=1)
    cold = np.arange(parts.n_items - 3, parts.n_items)
    liked = taste[:, None] == cold % 5

    def gap(model):
        scores = model.score(np.arange(parts.n_users))[:, cold]
        return scores[liked].mean() - scores[~liked].mean()

    assert gap(FusedTower("text", vectors, **SMALL).fit(parts)) > 0.3
    assert abs(gap(FusedTower("none", **SMALL).fit(parts))) < 0.1


def test_the_loss_by_hand(parts, vectors):
    items = item_layer("sum", parts.n_items, 8, vectors=vectors, seed=2)
    prior = np.linspace(-1, 1, parts.n_items).astype(np.float32)
    similar = np.array([[1, 2]] * parts.n_users)
    network = FusedNetwork(
        parts.n_users, items, temperature=0.3, log_prior=prior, similar=similar, distillation=0.5
    )
    network.build()
    x = {
        "user": np.array([4, 9], dtype="int32"),
        "place": np.array([0, 0, 1, 0], dtype="int32"),
        "item": np.array([3, 5, 7, 0], dtype="int32"),
        "weight": np.array([1, 1, 1, 0], dtype="float32"),
    }
    found = float(network.compute_loss(x=x, y_pred=network(x)))
    users, item_rows = network.vectors()
    logits = users[[4, 9]] @ item_rows.T / 0.3 + prior
    shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -(shares[0, 3] + shares[0, 5] + shares[1, 7]) / 3
    teacher = users[[1, 2]].mean(axis=0)
    expected += 0.5 * np.mean([np.square(users[row] - teacher).sum() for row in (4, 9)])
    assert found == pytest.approx(expected, rel=1e-5)


def test_distillation_draws_users_together(parts, vectors):
    def distance(strength):
        model = FusedTower("dual-view", vectors, distillation=strength, **SMALL).fit(parts)
        others = ops.convert_to_numpy(model.network_.similar)
        teacher = model.user_vectors_[others].mean(axis=1)
        return np.square(model.user_vectors_ - teacher).sum(axis=1).mean()

    assert distance(2.0) < 0.5 * distance(0.0)


def test_adjusted_logits_move_scores_towards_rare_items(parts, vectors):
    counts = parts.popularity
    plain, adjusted = (
        FusedTower("sum", vectors, logit_adjustment=tau, **SMALL).fit(parts) for tau in (0, 1.0)
    )
    shown = [counts[model.recommend(parts.user_ids, 5)[0]].mean() for model in (plain, adjusted)]
    assert shown[1] < 0.8 * shown[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dim": 1, "fusion": "concatenation"}, "dim must be a whole number from 2"),
        ({"vectors": np.ones((3, 4))}, "one row for each of the 90 items"),
        ({"vectors": np.zeros((90, 4))}, "all vectors are zero"),
        ({}, "has no item table"),
    ],
)
def test_bad_input(parts, given, said):
    with pytest.raises(ValueError, match=f"(FusedTower|item_vectors): .*{said}"):
        FusedTower(**{"patience": None, **given}).fit(parts)


def test_a_checkpoint_of_other_texts_is_refused(parts, vectors, tmp_path):
    held = replace(parts, validation=parts.test)
    given = {**SMALL, "epochs": 2, "checkpoint": tmp_path}
    FusedTower("text", vectors, **given).fit(held)
    with pytest.raises(ValueError, match="checkpoint of another training: vectors was array"):
        FusedTower("text", vectors[::-1].copy(), **given).fit(held)
