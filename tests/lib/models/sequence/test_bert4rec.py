"""BERT4Rec learns chains from both sides, and puts its mask where it belongs."""

import dataclasses

import numpy as np
import pytest

from longtail_lib.models import BERT4Rec
from longtail_lib.models.sequence._sequence_batches import masked_batches, masked_places
from longtail_lib.models.sequence._user_sequences import MASK, PADDING

SMALL = {
    "dim": 16,
    "blocks": 1,
    "heads": 2,
    "max_length": 6,
    "dropout": 0.0,
    "epochs": 60,
    "batch_size": 96,
    "learning_rate": 0.02,
    "patience": None,
}


@pytest.fixture(scope="module")
def fitted(chains):
    return BERT4Rec(**SMALL).fit(chains)


def test_it_learns_what_comes_next(chains, fitted):
    items, _ = fitted.recommend(chains.user_ids, k=1)
    users = np.flatnonzero(np.diff(chains.validation.indptr))
    wanted = chains.item_ids[chains.validation[users].indices]
    # By chance about 1 in 45.
    assert np.mean(items[users, 0] == wanted) > 0.8


def test_new_sequences_after_loading(fitted, tmp_path):
    loaded = BERT4Rec.load(fitted.save(tmp_path / "model.npz"))
    np.testing.assert_array_equal(loaded.score([0, 5]), fitted.score([0, 5]))
    items, _ = loaded.recommend_for([[1002, 1003], [1017, 1018, 1019]], k=1)
    assert items[:, 0].tolist() == [1004, 1020]


def test_the_query_ends_with_a_mask(fitted):
    sequences = np.array([[PADDING, PADDING, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6], [PADDING] * 6])
    assert fitted._query(sequences).tolist() == [
        [PADDING, 4, 5, 6, 7, MASK],
        [2, 3, 4, 5, 6, MASK],
        [PADDING] * 6,
    ]


@pytest.mark.parametrize("loss", ["cross-entropy", "bce", "gbce"])
def test_batches_hide_their_targets(loss, chains):
    rng = np.random.default_rng(0)
    asked = {"share": 0.3, "last_share": 0.2, "loss": loss, "n_negatives": 5}
    batches = list(masked_batches(chains, 6, 8, rng, **asked))
    for batch in batches:
        item = np.array(batch["item"]).ravel()
        place, target = np.array(batch["place"]), np.array(batch["target"])
        assert (item[place[target >= 0]] == MASK).all()
        assert (item == MASK).sum() == (target >= 0).sum()
        drawn = {"cross-entropy": 0, "bce": len(place), "gbce": 5 * len(place)}[loss]
        assert np.size(batch.get("negative", [])) == drawn
    assert {batch["place"].shape for batch in batches} == {batches[0]["place"].shape}


def runs(segment):
    """Row, begin and end of each history of packed rows."""
    for row, own in enumerate(segment):
        for number in np.unique(own[own > 0]):
            places = np.flatnonzero(own == number)
            yield row, places[0], places[-1] + 1


def test_of_each_history_something_is_masked_and_of_some_the_last_alone():
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 5, size=(1000, 4))
    segment = np.zeros((1000, 20), dtype=np.int32)
    for row, own in enumerate(lengths):
        filled = np.repeat(np.arange(1, 5), own)
        segment[row, : len(filled)] = filled
    masked = masked_places(segment, 0.4, 0.25, np.random.default_rng(0))
    assert not masked[segment == 0].any()
    cut = [masked[row, begin:end] for row, begin, end in runs(segment)]
    assert all(own.any() for own in cut)
    # Of four items the last alone: in a quarter by rule, else by chance.
    long = np.array([own for own in cut if len(own) == 4])
    last_alone = (long == [False, False, False, True]).all(axis=1).mean()
    by_chance = 0.4 * 0.6**3 + 0.6**4 / 4
    assert last_alone == pytest.approx(0.25 + 0.75 * by_chance, abs=0.04)
    assert masked_places(segment, 0.4, 1.0, rng).sum() == len(cut)
    assert np.ptp(masked_places(segment, 0.4, 0.0, rng)[:, :1].mean() - long.mean(axis=0)[:3]) < 0.1


def test_order_similarity_and_temperature_are_those_of_sasrec(chains):
    model = BERT4Rec(**SMALL, similarity="cosine", temperature=0.2).fit(chains)
    items, _ = model.recommend(chains.user_ids, k=1)
    users = np.flatnonzero(np.diff(chains.validation.indptr))
    wanted = chains.item_ids[chains.validation[users].indices]
    assert np.mean(items[users, 0] == wanted) > 0.8
    dealt = BERT4Rec(**SMALL, order="dealt").fit(chains)
    items, _ = dealt.recommend(chains.user_ids, k=1)
    assert np.mean(items[users, 0] == wanted) < 0.6


def test_two_fits_are_the_same(chains):
    few = SMALL | {"epochs": 2, "dropout": 0.2}
    one, two = BERT4Rec(**few).fit(chains), BERT4Rec(**few).fit(chains)
    np.testing.assert_array_equal(one.user_vectors_, two.user_vectors_)


def test_bad_input(chains):
    with pytest.raises(ValueError, match=r"max_length must be .* an item and the mask behind it"):
        BERT4Rec(**SMALL | {"max_length": 1}).fit(chains)
    with pytest.raises(ValueError, match="has no times"):
        BERT4Rec(**SMALL).fit(dataclasses.replace(chains, times=None))
