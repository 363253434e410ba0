"""SASRec learns the order of chains, stands saving, and says what it cannot read."""

import dataclasses

import numpy as np
import pytest

from longtail_course.toys import item_chains
from longtail_lib.models import SASRec
from longtail_lib.models.sequence._sequence_batches import next_item_batches, unseen_items

SMALL = {
    "dim": 16,
    "blocks": 1,
    "heads": 2,
    "max_length": 6,
    "dropout": 0.0,
    "n_negatives": 24,
    "epochs": 25,
    "batch_size": 96,
    "learning_rate": 0.02,
    "patience": None,
}


@pytest.fixture(scope="module")
def fitted(chains):
    return SASRec(**SMALL).fit(chains)


def hits(model, parts):
    """Share of users whose next item stands first; by chance it is about 1 in 45."""
    items, _ = model.recommend(parts.user_ids, k=1)
    users = np.flatnonzero(np.diff(parts.validation.indptr))
    return np.mean(items[users, 0] == parts.item_ids[parts.validation[users].indices])


@pytest.mark.parametrize("loss", ["cross-entropy", "sampled-cross-entropy", "bce", "gbce"])
def test_it_learns_what_comes_next(loss, chains, fitted):
    changed = {"loss": loss}
    if loss == "gbce":
        changed |= {"n_negatives": 8, "epochs": 40}
    model = fitted if loss == "cross-entropy" else SASRec(**SMALL | changed).fit(chains)
    assert hits(model, chains) > 0.9
    assert model.history_["loss"][-1] < 0.6 * model.history_["loss"][0]


def test_scores_are_products_of_vectors(chains, fitted):
    rows = np.array([3, 0, 3])
    wanted = fitted.user_vectors_[rows] @ fitted.item_vectors_.T
    np.testing.assert_allclose(fitted.score(rows), wanted, rtol=1e-6)
    assert fitted.score(rows).dtype == np.float32


def test_new_sequences_after_loading(chains, fitted, tmp_path):
    path = fitted.save(tmp_path / "model.npz")
    loaded = SASRec.load(path)
    np.testing.assert_array_equal(loaded.score([0, 5]), fitted.score([0, 5]))
    sequences = [[1002, 1003], [1017, 1018, 1019]]
    items, scores = loaded.recommend_for(sequences, k=3)
    assert items[:, 0].tolist() == [1004, 1020]
    assert (np.diff(scores, axis=1) <= 0).all()
    np.testing.assert_allclose(scores, fitted.recommend_for(sequences, k=3)[1], atol=1e-5)


def test_a_known_user_and_his_sequence_score_alike(chains, fitted):
    history = chains.train[7]
    order = np.argsort(chains.times["train"][7].data)
    vectors = fitted.encode([chains.item_ids[history.indices[order]]])
    np.testing.assert_allclose(vectors[0], fitted.user_vectors_[7], atol=1e-5)


def test_a_sequence_longer_than_the_window_keeps_the_latest(fitted):
    latest = [1010, 1011, 1012, 1013, 1014, 1015]
    longer = [1001, 1002, 1003, *latest]
    np.testing.assert_allclose(fitted.encode([longer]), fitted.encode([latest]), atol=1e-6)
    # Items beyond the window are left out all the same.
    items, _ = fitted.recommend_for([longer], k=39)
    assert not set(items[0]) & set(longer)


def test_seen_items_may_be_kept(fitted):
    items, _ = fitted.recommend_for([[1002, 1003]], k=48, exclude_seen=False)
    assert sorted(items[0]) == list(range(1000, 1048))
    _, scores = fitted.recommend_for([[1002, 1003]], k=48)
    assert np.isneginf(scores[0]).tolist() == [False] * 46 + [True] * 2


def test_two_fits_are_the_same_and_seeds_differ(chains):
    few = SMALL | {"epochs": 2, "dropout": 0.2}
    one, two = SASRec(**few).fit(chains), SASRec(**few).fit(chains)
    np.testing.assert_array_equal(one.user_vectors_, two.user_vectors_)
    other = SASRec(**few | {"seed": 1}).fit(chains)
    assert np.abs(one.user_vectors_ - other.user_vectors_).max() > 0.01


def test_a_killed_fit_goes_on(chains, tmp_path):
    few = SMALL | {"epochs": 4, "dropout": 0.2, "patience": 4}
    whole = SASRec(**few).fit(chains)

    class Killed(Exception):
        pass

    class Interrupted(SASRec):
        def _batches(self, parts, epoch, rng):
            if epoch == 2:
                raise Killed
            return super()._batches(parts, epoch, rng)

    Interrupted.__name__ = "SASRec"
    with pytest.raises(Killed):
        Interrupted(**few, checkpoint=tmp_path).fit(chains)
    resumed = SASRec(**few, checkpoint=tmp_path).fit(chains)
    np.testing.assert_array_equal(resumed.user_vectors_, whole.user_vectors_)
    np.testing.assert_array_equal(resumed.history_["loss"], whole.history_["loss"])


def test_a_checkpoint_of_another_catalogue_is_refused(chains, tmp_path):
    few = SMALL | {"epochs": 1, "checkpoint": tmp_path}
    SASRec(**few).fit(chains)
    with pytest.raises(ValueError, match="checkpoint of another training"):
        SASRec(**few).fit(item_chains(n_chains=5))


def test_a_user_without_history_scores_nothing(chains, fitted):
    train, times = chains.train.tolil(), chains.times["train"].tolil()
    train[4], times[4] = 0, 0
    emptied = dataclasses.replace(
        chains, train=train.tocsr(), times=dict(chains.times) | {"train": times.tocsr()}
    )
    model = SASRec(**SMALL | {"epochs": 1}).fit(emptied)
    assert not model.score([4]).any()
    assert model.score([5]).any()


@pytest.mark.parametrize("fusion", ["text", "sum", "prefixes", "null-space"])
def test_text_joins_the_items(fusion, chains):
    vectors = np.random.default_rng(3).normal(size=(chains.n_items, 24)).astype(np.float32)
    model = SASRec(**SMALL | {"fusion": fusion, "vectors": vectors}).fit(chains)
    assert hits(model, chains) > 0.8


def test_text_vectors_are_shown_by_their_shape(chains):
    model = SASRec(fusion="text", vectors=np.ones((chains.n_items, 3), np.float32))
    assert f"vectors=array of shape ({chains.n_items}, 3), pretrained=None" in repr(model)


def test_text_vectors_are_not_saved(chains, tmp_path):
    vectors = np.random.default_rng(3).normal(size=(chains.n_items, 24)).astype(np.float32)
    model = SASRec(**SMALL | {"fusion": "text", "vectors": vectors, "epochs": 1}).fit(chains)
    loaded = SASRec.load(model.save(tmp_path / "model.npz"))
    assert loaded.vectors is None
    np.testing.assert_array_equal(loaded.score([2]), model.score([2]))


def test_batches_are_of_one_shape_and_negatives_unseen(chains):
    seen = chains.train.toarray() > 0
    for loss, shape in (("bce", (4, 6)), ("gbce", (4 * 6 * 9,))):
        rng = np.random.default_rng(0)
        batches = list(next_item_batches(chains, 6, 4, rng, loss=loss, n_negatives=9))
        assert {batch["item"].shape for batch in batches} == {batches[0]["item"].shape}
        assert {batch["negative"].shape for batch in batches} == {shape}
    drawn = np.concatenate([batch["negative"] for batch in batches])
    assert set(drawn.tolist()) == set(range(chains.n_items))
    # Others for each place, the same in each run.
    again = next_item_batches(chains, 6, 4, np.random.default_rng(0), loss="gbce", n_negatives=9)
    np.testing.assert_array_equal(np.concatenate([batch["negative"] for batch in again]), drawn)
    rows = np.repeat(np.arange(chains.n_users), 20)
    drawn = unseen_items(chains.train, rows, np.random.default_rng(0))
    assert not seen[rows, drawn].any()
    assert len(set(drawn.tolist())) == chains.n_items


def test_cosines_over_a_temperature(chains, tmp_path):
    model = SASRec(**SMALL, similarity="cosine", temperature=0.25).fit(chains)
    assert hits(model, chains) > 0.9
    np.testing.assert_allclose(np.linalg.norm(model.item_vectors_, axis=1), 1, rtol=1e-5)
    known = np.diff(chains.train.indptr) > 0
    lengths = np.linalg.norm(model.user_vectors_[known], axis=1)
    np.testing.assert_allclose(lengths, 4, rtol=1e-5)
    loaded = SASRec.load(model.save(tmp_path / "model.npz"))
    np.testing.assert_allclose(loaded.encode([[1002, 1003]]), model.encode([[1002, 1003]]))


def test_a_dealt_order_is_another_one_in_each_epoch_and_says_nothing(chains):
    first, second = (
        np.concatenate(
            [
                batch["item"]
                for batch in next_item_batches(
                    chains,
                    6,
                    4,
                    np.random.default_rng(epoch),
                    loss="cross-entropy",
                    n_negatives=1,
                    dealt=True,
                )
            ]
        )
        for epoch in (0, 1)
    )
    assert sorted(first.ravel()) != first.ravel().tolist()
    assert (np.sort(first, axis=1) != np.sort(second, axis=1)).any()
    model = SASRec(**SMALL, order="dealt").fit(chains)
    # What comes next is lost, what belongs together is not.
    assert hits(model, chains) < 0.6
    users = np.flatnonzero(np.diff(chains.validation.indptr))
    near, _ = model.recommend(chains.user_ids[users], k=6)
    wanted = chains.item_ids[chains.validation[users].indices]
    assert (near == wanted[:, None]).any(axis=1).mean() > 0.6


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"order": "random"}, "order must be one of 'time', 'dealt'"),
        ({"similarity": "angle"}, "similarity must be"),
        ({"temperature": 0}, "temperature must be"),
        ({"heads": 3}, "heads must divide dim"),
        ({"fusion": "text", "vectors": np.ones((3, 3))}, "vectors has 3 rows"),
    ],
)
def test_bad_parameters(parameters, message, chains):
    with pytest.raises(ValueError, match=message):
        SASRec(**SMALL | parameters).fit(chains)


def test_bad_splits(chains):
    with pytest.raises(ValueError, match="has no times"):
        SASRec(**SMALL).fit(dataclasses.replace(chains, times=None))
    lone = chains.validation
    with pytest.raises(ValueError, match="nothing ever comes next"):
        SASRec(**SMALL).fit(
            dataclasses.replace(chains, train=lone, times={"train": chains.times["validation"]})
        )


def test_bad_sequences(fitted):
    with pytest.raises(ValueError, match="sequence 1 is empty"):
        fitted.encode([[1001], []])
    with pytest.raises(ValueError, match="none given"):
        fitted.encode([])
    with pytest.raises(KeyError, match="unknown item id 7"):
        fitted.encode([[1001, 7]])
