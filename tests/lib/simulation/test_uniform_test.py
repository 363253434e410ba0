"""A test part under uniform exposure: unbiased where the logged one is not."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from longtail_lib import evaluate, load_dataset, prepare, split
from longtail_lib.models import Oracle, Popularity, Random
from longtail_lib.preprocessing import Split
from longtail_lib.simulation import true_preference, uniform_test


@pytest.fixture(scope="module")
def logged():
    """The social store: the smallest log of the four."""
    return split(prepare(load_dataset("social"), min_user_interactions=5), how="random").final()


@pytest.fixture(scope="module")
def uniform(logged):
    return uniform_test(logged, shown=100, seed=0)


def unknown(parts):
    return np.asarray(parts.train.toarray() == 0) & np.asarray(parts.validation.toarray() == 0)


def test_every_user_sees_as_many_items_and_none_that_is_known(logged, uniform):
    assert (np.diff(uniform.shown.indptr) == 100).all()
    assert uniform.shown.multiply(logged.train).nnz == 0
    assert uniform.parts.test.multiply(uniform.shown).nnz == uniform.parts.test.nnz
    assert (uniform.parts.train != logged.train).nnz == 0
    assert "test" not in uniform.parts.times


def test_items_are_shown_alike_whatever_their_popularity(logged, uniform):
    shown = np.asarray(uniform.shown.sum(axis=0)).ravel()
    possible = unknown(logged).sum(axis=0)
    popular = np.argsort(-logged.popularity)[: logged.n_items // 5]
    rate = 100 * logged.n_users / possible.sum()
    found = shown[popular].sum() / possible[popular].sum()
    assert found == pytest.approx(rate, rel=0.03)
    # As spread as chance, neither more nor less.
    spread = (shown - possible * rate) / np.sqrt(possible * rate)
    assert spread.std() == pytest.approx(1, abs=0.1)


def test_the_mean_of_the_answers_is_an_unbiased_estimate(logged):
    preference, possible = true_preference(logged).astype(float), unknown(logged)
    truth = (preference * possible).sum(axis=1) / possible.sum(axis=1)
    estimates = []
    for seed in range(5):
        found = uniform_test(logged, shown=100, seed=seed)
        estimates.append(found.parts.test.nnz / found.shown.nnz)
    error = np.std(estimates, ddof=1) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - truth.mean()) < 5 * error
    assert error < 0.02 * truth.mean()
    # The log's own test part would tell of items that are liked several times as well.
    assert preference[logged.test.nonzero()].mean() > 3 * truth.mean()


@pytest.mark.slow
def test_popularity_loses_its_advantage_and_the_oracle_is_best(logged, uniform):
    models = {
        "Random": Random(),
        "Popularity": Popularity(),
        "Oracle": Oracle(),
        "log": Oracle(of="log"),
    }
    ndcg = {
        name: [
            evaluate(model.fit(logged), parts, k=10)["NDCG@10"].value
            for parts in (logged, uniform.parts)
        ]
        for name, model in models.items()
    }
    # In the log the oracle of the log wins, and with uniform exposure the true one.
    assert max(ndcg, key=lambda name: ndcg[name][0]) == "log"
    assert max(ndcg, key=lambda name: ndcg[name][1]) == "Oracle"
    shares = [ndcg["Popularity"][which] / ndcg["Oracle"][which] for which in (0, 1)]
    assert shares[1] < 0.75 * shares[0]
    assert ndcg["Random"][1] < 0.1 * ndcg["Oracle"][1]


def test_the_seed_decides_and_users_do_not_disturb_each_other(logged, uniform):
    again = uniform_test(logged, shown=100, seed=0)
    assert (again.shown != uniform.shown).nnz == 0
    assert (again.parts.test != uniform.parts.test).nnz == 0
    assert (uniform_test(logged, shown=100, seed=1).shown != uniform.shown).nnz > 0
    some = np.arange(0, logged.n_users, 7)
    fewer = replace(
        logged,
        user_ids=logged.user_ids[some],
        **{part: getattr(logged, part)[some] for part in ("train", "validation", "test")},
    )
    assert (uniform_test(fewer).parts.test != uniform.parts.test[some]).nnz == 0


def test_more_items_than_there_are(small_store):
    parts, _, _ = small_store
    found = uniform_test(parts, shown=1000)
    assert (found.shown.toarray() + parts.train.toarray() == 1).all()


def test_refusals(small_store):
    parts, _, _ = small_store
    with pytest.raises(ValueError, match="truth=True"):
        uniform_test(replace(parts, truth=None))
    with pytest.raises(ValueError, match="shown must be a whole number from 1"):
        uniform_test(parts, shown=0)
    with pytest.raises(ValueError, match="seed must be"):
        uniform_test(parts, seed=-1)


def test_a_certain_preference_is_always_chosen_and_none_never():
    parts = Split.from_matrices(np.zeros((3, 6)))
    table = np.tile([1.0, 0.0], (3, 3))
    truth = SimpleNamespace(
        user_ids=parts.user_ids, item_ids=parts.item_ids, preference=lambda rows: table[rows]
    )
    found = uniform_test(replace(parts, truth=truth), shown=6)
    assert found.parts.test.toarray().tolist() == table.tolist()
