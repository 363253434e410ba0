"""Calibrated lists against plain loops, against exhaustive search and against Steck's reading."""

from itertools import combinations

import numpy as np
import pytest

from longtail_lib.rerank import calibrated
from longtail_lib.rerank._calibrated import calibration_divergence
from tests.lib.rerank import oracles
from tests.lib.rerank.conftest import draw


@pytest.mark.parametrize("weight", [0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_plain_loops(seed, weight):
    d = draw(seed)
    found = calibrated(d.columns, d.scores, groups=d.groups, target=d.target, weight=weight, k=12)
    for row in d.rows:
        expected = oracles.calibrated(
            d.columns[row], d.scores[row], d.groups, d.target[row], weight, 12
        )
        assert found[row].tolist() == expected


@pytest.mark.parametrize("weight", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_greedy_closes_its_promised_part_of_the_way_to_the_best_list(seed, weight):
    k, m = 4, 9
    d = draw(seed, n=3, m=m)
    smoothing = 0.01
    found = calibrated(d.columns, d.scores, groups=d.groups, target=d.target, weight=weight, k=k)

    for row in range(2):  # the third user has run out of candidates
        relevance = np.array(oracles.scaled(d.scores[row]))
        shares = (1 - smoothing) * d.groups[d.columns[row]] + smoothing * d.target[row]
        p = d.target[row]

        def worth(chosen, relevance=relevance, shares=shares, p=p):
            held = shares[list(chosen)].sum(axis=0)
            logs = np.log(held, out=np.zeros_like(held), where=p > 0)
            return (1 - weight) * relevance[list(chosen)].sum() + weight * (p * logs).sum()

        best = max(worth(chosen) for chosen in combinations(range(m), k))
        start, reached = worth(found[row, :1]), worth(found[row])
        assert reached <= best + 1e-5
        assert best - reached <= (1 - 1 / k) ** (k - 1) * (best - start) + 1e-5


def test_full_weight_reaches_the_mixture_of_the_history():
    groups = np.eye(2)[np.arange(40) % 2]
    columns = np.argsort(np.arange(40) % 2, kind="stable")[None]
    found = calibrated(
        columns,
        np.linspace(1, 0, 40)[None],
        groups=groups,
        target=[[0.7, 0.3]],
        weight=1.0,
        k=10,
    )
    np.testing.assert_allclose(groups[columns[0][found[0]]].mean(axis=0), [0.7, 0.3])


def test_the_divergence_falls_as_the_weight_rises():
    d = draw(1, n=30, m=25)
    found = [
        calibrated(d.columns, d.scores, groups=d.groups, target=d.target, weight=weight, k=5)
        for weight in (0, 0.5, 1)
    ]
    means = []
    for positions in found:
        columns = np.take_along_axis(d.columns, positions, axis=1)[:-1]
        mixture = d.groups[columns].mean(axis=1)
        means.append(calibration_divergence(d.target[:-1], mixture).mean())
    assert means[0] > 1.5 * means[1] > 1.5 * means[2]


def test_the_divergence_is_that_of_plain_loops():
    rng = np.random.default_rng(0)
    target, mixture = rng.dirichlet(np.ones(4), 8), rng.dirichlet(np.ones(4), 8)
    target[0] = [1, 0, 0, 0]
    expected = [oracles.divergence(p, q, 0.05) for p, q in zip(target, mixture, strict=True)]
    np.testing.assert_allclose(calibration_divergence(target, mixture, 0.05), expected)
    assert (calibration_divergence(target, mixture) >= 0).all()


def test_blocks_of_users_do_not_show(monkeypatch):
    d = draw(2, n=20)
    options = {"groups": d.groups, "target": d.target, "weight": 0.8, "k": 6}
    whole = calibrated(d.columns, d.scores, **options)
    monkeypatch.setattr("longtail_lib.rerank._calibrated._BLOCK", 15 * 4 * 3)
    np.testing.assert_array_equal(calibrated(d.columns, d.scores, **options), whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": np.full((40, 4), 0.5)}, "row 0 of groups must hold shares"),
        ({"target": np.full((6, 4), 0.5)}, "row 0 of target must hold shares"),
        ({"target": np.tile([1.5, -0.5, 0, 0], (6, 1))}, "row 0 of target must hold shares"),
        ({"target": np.tile([0.5, 0.5], (6, 1))}, "4 groups and users 2"),
        ({"groups": np.ones(40)}, "one column for each group"),
    ],
)
def test_bad_shares_are_refused(drawn, change, message):
    d = drawn
    options = {"groups": d.groups, "target": d.target, "weight": 0.5, "k": 3, **change}
    with pytest.raises(ValueError, match=message):
        calibrated(d.columns, d.scores, **options)
