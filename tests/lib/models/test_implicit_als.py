import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from longtail_lib.models import ImplicitALS, Popularity
from longtail_lib.models.implicit_als import _starting_factors

PARAMETERS = {"factors": 8, "regularization": 3.0, "alpha": 4.0}


def solved(train, other, alpha, regularization):
    """One side's factors given the other's: the normal equations, one row at a time, in float64."""
    other = other.astype(np.float64)
    result = np.zeros((len(train), other.shape[1]))
    for row, values in enumerate(train):
        confidence = np.where(values > 0, alpha * values, 1.0)
        left = other.T @ (confidence[:, None] * other) + regularization * np.eye(other.shape[1])
        result[row] = np.linalg.solve(left, other.T @ (confidence * (values > 0)))
    return result


def objective(train, users, items, alpha, regularization):
    confidence = np.where(train > 0, alpha * train, 1.0)
    error = (confidence * ((train > 0) - users @ items.T) ** 2).sum()
    return error + regularization * ((users**2).sum() + (items**2).sum())


@pytest.mark.parametrize("ratings", [False, True])
@pytest.mark.parametrize("alpha", [0.5, 1.0, 6.0])
def test_at_the_end_both_sides_solve_their_normal_equations(parts, make_split, alpha, ratings):
    train = parts.train.toarray().astype(np.float64)
    if ratings:
        train *= np.random.default_rng(0).integers(1, 6, train.shape)
    model = ImplicitALS(factors=6, regularization=2.0, alpha=alpha, iterations=300)
    model.fit(make_split(train))
    users, items = model.user_factors_, model.item_factors_
    np.testing.assert_allclose(users, solved(train, items, alpha, 2.0), atol=2e-3)
    np.testing.assert_allclose(items, solved(train.T, users, alpha, 2.0), atol=2e-3)
    assert np.linalg.norm(users) > 1


def test_one_half_step_equals_the_normal_equations(parts):
    """With as many conjugate gradient steps as factors a half-step is exact."""
    train = parts.train.toarray().astype(np.float64)
    model = ImplicitALS(factors=3, regularization=2.0, alpha=4.0, iterations=1, seed=5).fit(parts)
    expected = solved(train.T, model.user_factors_, 4.0, 2.0)
    np.testing.assert_allclose(model.item_factors_, expected, atol=1e-4)
    assert np.abs(expected).max() > 0.1


def test_confidence_is_alpha_and_not_one_plus_alpha(parts):
    train = parts.train.toarray().astype(np.float64)
    model = ImplicitALS(factors=3, regularization=2.0, alpha=4.0, iterations=1).fit(parts)
    hu = solved(train.T, model.user_factors_, 5.0, 2.0)
    assert np.abs(model.item_factors_ - hu).max() > 0.01


def test_no_nearby_factors_are_better(parts):
    train = parts.train.toarray().astype(np.float64)
    model = ImplicitALS(factors=6, regularization=2.0, alpha=4.0, iterations=300).fit(parts)
    users, items = (x.astype(np.float64) for x in (model.user_factors_, model.item_factors_))
    best = objective(train, users, items, 4.0, 2.0)
    assert best < objective(train, 0 * users, items, 4.0, 2.0)
    rng = np.random.default_rng(0)
    for _ in range(5):
        step = rng.normal(size=users.shape) * 0.01, rng.normal(size=items.shape) * 0.01
        assert objective(train, users + step[0], items + step[1], 4.0, 2.0) > best


def test_scores_and_lists_are_those_of_implicit(parts):
    with threadpool_limits(1, "blas"):
        theirs = AlternatingLeastSquares(
            factors=8, regularization=3.0, alpha=4.0, iterations=15, dtype=np.float64
        )
        theirs.user_factors, theirs.item_factors = _starting_factors(
            parts.n_users, parts.n_items, 8, seed=2
        )
        theirs.fit(parts.train, show_progress=False)
    model = ImplicitALS(**PARAMETERS, seed=2).fit(parts)
    rows = np.arange(parts.n_users)
    np.testing.assert_allclose(
        model.score(rows), theirs.user_factors @ theirs.item_factors.T, atol=1e-6
    )
    ids, scores = theirs.recommend(rows, parts.train, N=5)
    items, ours = model.recommend(rows, k=5)
    np.testing.assert_allclose(ours, scores, atol=1e-6)
    assert (items == ids).mean() > 0.99


def test_two_fits_are_equal_and_another_seed_is_another_model(parts):
    rows = np.arange(parts.n_users)
    one, same, other = (
        ImplicitALS(**PARAMETERS, seed=seed).fit(parts).score(rows) for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_threads_do_not_change_the_factors(parts, monkeypatch):
    one = ImplicitALS(**PARAMETERS).fit(parts)
    monkeypatch.setattr("longtail_lib.models.implicit_als._SMALL", 0)
    many = ImplicitALS(**PARAMETERS).fit(parts)
    assert np.array_equal(one.user_factors_, many.user_factors_)
    assert np.array_equal(one.item_factors_, many.item_factors_)


_SHOP = """
import sys
import numpy as np
from longtail_lib import load_dataset, prepare, split
from longtail_lib.models import ImplicitALS
parts = split(prepare(load_dataset("shop", truth=False), min_rating=4), how="random")
model = ImplicitALS(100, regularization=0.01, alpha=1.0, iterations=12).fit(parts)
np.save(sys.argv[1], model.user_factors_[:200] @ model.item_factors_.T)
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="a kernel for x86")
def test_scores_do_not_depend_on_the_processor(tmp_path):
    """An older processor's sums, at implicit's own settings, where rounding errors grow most."""
    scores = []
    for kernel in ("", "Nehalem"):
        path = tmp_path / f"scores{kernel}.npy"
        chosen = {"OPENBLAS_CORETYPE": kernel} if kernel else {}
        subprocess.run(
            [sys.executable, "-c", _SHOP, path], check=True, env={**os.environ, **chosen}
        )
        scores.append(np.load(path))
    assert not np.array_equal(*scores)
    np.testing.assert_allclose(*scores, atol=1e-5)


def test_beats_popularity(parts, recall):
    learned = recall(ImplicitALS(**PARAMETERS).fit(parts), parts)
    assert learned > 1.3 * recall(Popularity().fit(parts), parts)


def test_cold_items_and_cold_users_score_zero(make_split):
    train = (np.random.default_rng(0).random((30, 12)) < 0.4).astype(float)
    train[:, 4] = 0
    train[7] = 0
    scores = ImplicitALS(factors=3, regularization=0.5).fit(make_split(train)).score(range(30))
    assert (scores[:, 4] == 0).all()
    assert (scores[7] == 0).all()
    assert np.abs(scores).max() > 0.3


def test_a_fit_writes_nothing_to_stderr_and_leaves_blas_as_it_was():
    code = """
import numpy as np
from threadpoolctl import threadpool_info
from scipy.sparse import random
from longtail_lib.models import BPR, ImplicitALS
from longtail_lib.preprocessing import Split
train = random(40, 30, 0.2, "csr", np.float32, np.random.default_rng(0))
train.data[:] = 1
train.sort_indices()
none = 0 * train
parts = Split(train, none, none, np.arange(40), np.arange(30), items=None, users=None, how="random")
np.ones((9, 9)) @ np.ones((9, 9))
import scipy.linalg
before = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
ImplicitALS(factors=4).fit(parts)
BPR(factors=4).fit(parts)
after = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
assert before and before == after[:len(before)], (before, after)
"""
    done = subprocess.run([sys.executable, "-W", "always::RuntimeWarning", "-c", code],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == ""


@pytest.mark.parametrize("name", ["ImplicitALS", "BPR"])
def test_without_implicit_a_fit_says_what_to_install(parts, monkeypatch, name):
    from longtail_lib import models

    monkeypatch.setitem(sys.modules, "implicit", None)
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    with pytest.raises(ImportError, match=rf"{name} wraps .*longtail-lib\[tuning\]"):
        getattr(models, name)().fit(parts)


@pytest.mark.parametrize("name", ["ImplicitALS", "BPR"])
def test_a_saved_model_loads_and_scores_without_implicit(parts, tmp_path, name):
    from longtail_lib import models

    model = getattr(models, name)(factors=4).fit(parts)
    path = model.save(tmp_path / "model.npz")
    np.save(tmp_path / "scores.npy", model.score([3, 1]))
    code = f"""
import sys
import numpy as np
from longtail_lib.models import {name}
model = {name}.load({str(path)!r})
assert np.array_equal(model.score([3, 1]), np.load({str(tmp_path / "scores.npy")!r}))
assert "implicit" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
