from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import log_expit, logsumexp

from longtail_lib.models import Popularity, StreamFrequency, TwoTower
from longtail_lib.models._negative_sampling import NEGATIVES
from longtail_lib.models._training_batches import interaction_batches, user_batches
from longtail_lib.models._two_tower_network import LOSSES, TwoTowerNetwork, tower_features

SMALL = {"dim": 16, "epochs": 15, "batch_size": 128, "n_negatives": 64, "patience": None}
SAMPLED = [name for name in LOSSES if name != "softmax"]


# --- what the network computes -------------------------------------------------------------------


def batch(in_batch, drawn, q):
    rng = np.random.default_rng(5)
    x = {"user": [0, 1, 2, 1], "item": [3, 0, 3, 2]}
    if drawn:
        x["negative"] = [1, 3, 4]
    if q:
        x["item_q"] = rng.random(4)
        if drawn:
            x["negative_q"] = rng.random(3)
    return {
        name: np.array(values, dtype="f" if name.endswith("_q") else "int32")
        for name, values in x.items()
    }


def expected_loss(network, x, loss, cosine, temperature, sign, in_batch, prior, bias):
    """The loss in float64 NumPy, one interaction after another."""
    users, items = (
        np.array(table.embeddings, dtype=float)
        for table in (network.user_table, network.item_table)
    )
    if cosine:
        users, items = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (users, items))
    scale = 1 if loss == "mse" else temperature
    logits = users @ items.T / scale + bias + prior
    rows, q = [], []
    if in_batch:
        rows, q = [*x["item"]], [*x.get("item_q", [1] * 4)]
    if "negative" in x:
        rows, q = [*rows, *x["negative"]], [*q, *x.get("negative_q", [1] * 3)]
    losses = []
    for place, (user, item) in enumerate(zip(x["user"], x["item"], strict=True)):
        own = logits[user, item] - sign * np.log(x["item_q"][place] if sign else 1)
        others = np.array(
            [
                logits[user, row] - (sign * np.log(p) if sign else 0)
                for row, p in zip(rows, q, strict=True)
                if row != item
            ]
        )
        losses.append(
            {
                "sampled-softmax": lambda p, n: logsumexp([p, *n]) - p,
                "bce": lambda p, n: -log_expit(p) - log_expit(-n).mean(),
                "bpr": lambda p, n: -log_expit(p - n).mean(),
                "mse": lambda p, n: (1 - p) ** 2 + (n**2).mean(),
            }[loss](own, others)
        )
    return np.mean(losses)


@pytest.mark.parametrize("loss", SAMPLED)
@pytest.mark.parametrize("negatives", ["uniform", "in-batch", "mixed"])
@pytest.mark.parametrize(("cosine", "sign"), [(True, 1.0), (False, 0.0), (True, -1.0)])
def test_the_loss_of_a_batch_equals_its_formula(loss, negatives, cosine, sign):
    sign = sign if loss == "sampled-softmax" else 0.0
    in_batch, drawn = negatives != "uniform", negatives != "in-batch"
    rng = np.random.default_rng(1)
    prior, bias = rng.normal(size=5).astype("f"), rng.normal(size=5)
    network = TwoTowerNetwork(
        3,
        5,
        4,
        loss=loss,
        similarity="cosine" if cosine else "dot",
        temperature=0.3,
        in_batch=in_batch,
        correction=sign,
        log_prior=prior,
        item_bias=True,
        seed=2,
    )
    network.build()
    network.bias.embeddings.assign(bias[:, None])
    x = batch(in_batch, drawn, bool(sign))
    own = network.compute_loss(x, y_pred=network(x))
    expected = expected_loss(network, x, loss, cosine, 0.3, sign, in_batch, prior, bias)
    assert float(own) == pytest.approx(expected, rel=2e-5)


def test_the_full_softmax_equals_its_formula_and_l2_adds_lengths():
    features = np.random.default_rng(3).random((5, 2)).astype("f")
    network = TwoTowerNetwork(3, 5, 4, item_features=features, temperature=0.2, l2=0.5, seed=1)
    network.build()
    targets = np.array([[1, 0, 0, 1, 0], [0, 1, 0, 0, 0]], "f")
    place, item = (values.astype("int32") for values in np.nonzero(targets))
    x = {"user": np.array([2, 0], "int32"), "place": place, "item": item, "weight": np.ones(3, "f")}
    items = np.array(network.item_table.embeddings) + features @ np.array(
        network.item_projection.kernel
    )
    users = np.array(network.user_table.embeddings)[[2, 0]]
    penalty = 0.5 * ((users**2).sum(axis=1).mean() + (items**2).sum(axis=1).mean())
    cosines = (users / np.linalg.norm(users, axis=1, keepdims=True)) @ (
        items / np.linalg.norm(items, axis=1, keepdims=True)
    ).T
    losses = [logsumexp(cosines[u] / 0.2) - cosines[u, i] / 0.2 for u, i in np.argwhere(targets)]
    own = network.compute_loss(x, y_pred=network(x))
    assert float(own) == pytest.approx(np.mean(losses) + penalty, rel=1e-5)


# --- what it is fed with -------------------------------------------------------------------------


def test_user_batches_hold_every_interaction_of_their_users(parts):
    seen = []
    for x in user_batches(parts.train, 100, np.random.default_rng(0)).as_numpy_iterator():
        targets = np.zeros((len(x["user"]), parts.n_items))
        np.add.at(targets, (x["place"], x["item"]), x["weight"])
        assert np.array_equal(targets, parts.train[x["user"]].toarray())
        assert targets.sum() == pytest.approx(100, rel=0.5)
        seen += x["user"].tolist()
    assert len(set(seen)) == len(seen) > 0.9 * parts.n_users


@pytest.mark.parametrize("negatives", NEGATIVES)
def test_interaction_batches_know_how_likely_their_items_are(negatives, parts):
    share = parts.popularity / parts.popularity.sum()
    frequency = StreamFrequency(buckets=parts.n_items, n_items=parts.n_items, start=90)
    rng = np.random.default_rng(0)
    for _ in range(40):
        stream = interaction_batches(
            parts.train, 60, rng, negatives=negatives, n_negatives=20, frequency=frequency
        )
        batches = list(stream.as_numpy_iterator())
    n = len(batches[0]["item"])
    uniform = 1 / parts.n_items
    truth = {
        "uniform": np.full(parts.n_items, uniform),
        "popularity": share,
        "in-batch": share,
        "mixed": (n * share + 20 * uniform) / (n + 20),
    }[negatives]
    known = negatives in ("uniform", "popularity")
    for x in batches:
        assert (parts.train[x["user"], x["item"]] == 1).all()
        np.testing.assert_allclose(x["item_q"], truth[x["item"]], rtol=1e-6 if known else 0.6)
        if negatives == "in-batch":
            assert "negative" not in x
        else:
            assert x["negative"].shape == (20,)
            np.testing.assert_allclose(
                x["negative_q"], truth[x["negative"]], rtol=1e-6 if known else 0.6
            )
    plain = interaction_batches(parts.train, 60, rng, negatives=negatives, n_negatives=20)
    assert "item_q" not in next(iter(plain))


def test_features_by_hand(make_split):
    items = pl.DataFrame(
        {"item_id": [0, 1, 2], "title": ["a", "b", "c"], "genre": ["x|y", "x", "y"]}
    )
    parts = replace(make_split([[1, 1, 0], [0, 1, 0]]), items=items)
    with pytest.raises(ValueError, match=r"no column of text or lists .* 5 items share"):
        tower_features(parts, ["attributes"])
    many = pl.DataFrame({"item_id": range(10), "genre": ["x|y"] * 5 + ["x"] * 5})
    parts = replace(make_split(np.eye(10)[:2] + np.eye(10)[5:7]), items=many)
    item, user = tower_features(parts, ("attributes", "popularity"))
    np.testing.assert_allclose(item[0], [0.5**0.5, 0.5**0.5, 1])
    np.testing.assert_allclose(item[9], [1, 0, 0])
    np.testing.assert_allclose(user[0], (item[0] + item[5]) / 2)
    with pytest.raises(ValueError, match="some of 'attributes', 'popularity', got 'price'"):
        tower_features(parts, ["price"])


# --- what it learns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        *({"loss": loss} for loss in LOSSES),
        *(
            {"loss": "sampled-softmax", "negatives": kind}
            for kind in NEGATIVES
            if kind != "uniform"
        ),
        {"similarity": "dot", "temperature": 1.0, "item_bias": True, "learning_rate": 0.03},
        {"features": "popularity"},
    ],
    ids=str,
)
def test_it_beats_popularity(changed, parts, recall):
    model = TwoTower(**(SMALL | changed)).fit(parts)
    # Squared error is the article's loss, and the weakest here.
    factor = 1.0 if changed.get("loss") == "mse" else 1.15
    assert recall(model, parts) > factor * recall(Popularity().fit(parts), parts)


def test_two_fits_agree_and_a_saved_model_scores_alike(parts, tmp_path):
    for changed in ({}, {"loss": "sampled-softmax", "negatives": "mixed", "item_bias": True}):
        settings = SMALL | {"epochs": 3} | changed
        one, same = (TwoTower(**settings).fit(parts) for _ in range(2))
        assert np.array_equal(one.score(np.arange(30)), same.score(np.arange(30)))
        other = TwoTower(**settings, seed=1).fit(parts)
        assert not np.allclose(one.score([0]), other.score([0]), atol=1e-3)
        loaded = TwoTower.load(one.save(tmp_path / "model.npz"))
        assert np.array_equal(loaded.score([3, 7]), one.score([3, 7]))
        assert loaded.get_params() == one.get_params()


def test_cosine_scores_lie_between_minus_one_and_one(parts):
    scores = TwoTower(**SMALL | {"epochs": 2}).fit(parts).score(np.arange(parts.n_users))
    assert np.abs(scores).max() <= 1 + 1e-6
    assert scores.min() < 0


def test_logit_adjustment_moves_recommendations_to_the_tail(parts):
    shown = []
    for tau in (0.0, 0.5, 1.0):
        model = TwoTower(**SMALL | {"epochs": 8}, logit_adjustment=tau).fit(parts)
        items, _ = model.recommend(parts.user_ids, k=5)
        shown.append(parts.popularity[items].mean())
    assert shown[0] > 1.1 * shown[1] > 1.2 * shown[2]


def test_a_resumed_fit_remembers_the_frequencies_of_the_stream(parts, tmp_path, monkeypatch):
    settings = SMALL | {"loss": "sampled-softmax", "negatives": "in-batch", "epochs": 4}
    whole = TwoTower(**settings).fit(parts)
    original = TwoTower._batches

    def fails(self, parts, epoch, rng):
        if epoch == 2:
            raise KeyboardInterrupt
        return original(self, parts, epoch, rng)

    monkeypatch.setattr(TwoTower, "_batches", fails)
    with pytest.raises(KeyboardInterrupt):
        TwoTower(**settings, checkpoint=str(tmp_path)).fit(parts)
    monkeypatch.undo()
    resumed = TwoTower(**settings, checkpoint=str(tmp_path)).fit(parts)
    assert np.array_equal(resumed.item_vectors_, whole.item_vectors_)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss": "bpr", "logit_adjustment": 1.0}, "changes the softmax losses alone"),
        ({"features": "price"}, "features must be None or some of"),
        ({"patience": 3}, r"split .* patience=None"),
    ],
)
def test_parameters_out_of_range(parts, wrong, message):
    with pytest.raises(ValueError, match=message):
        TwoTower(**(SMALL | wrong)).fit(parts)
