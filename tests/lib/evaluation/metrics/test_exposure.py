import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtail_lib.evaluation import evaluate, rank_users
from longtail_lib.evaluation.metrics.exposure import novelty_of_items


def brute_force(lists, popularity, n_users, tail, group=None):
    """Every exposure metric in plain Python, from lists of columns."""
    n_items = len(popularity)
    inside = set(range(n_items)) if group is None else group
    tail = tail if group is None else group
    lists = [list(one) for one in lists]
    shown = {i for one in lists for i in one}
    exposed = {i: sum(i in one for one in lists) for i in range(n_items)}
    total = sum(exposed.values())

    def mean(values):
        values = list(values)
        return sum(values) / len(values) if values else math.nan

    def over_lists(property_of):
        own = ([property_of(i) for i in one if i in inside] for one in lists)
        return mean(mean(values) for values in own if values)

    own = [exposed[i] for i in inside]
    gini = math.nan
    if sum(own):
        gini = sum(abs(a - b) for a in own for b in own) / (2 * len(own) * sum(own))
    return {
        "Coverage": len(shown & inside) / len(inside) if inside else math.nan,
        "Gini": gini,
        "ARP": over_lists(lambda i: popularity[i] / n_users),
        "APLT": mean(len(set(one) & tail) / len(one) for one in lists if one),
        "ACLT": len(shown & tail) / len(tail) if tail else math.nan,
        "Novelty": over_lists(
            lambda i: math.log2((n_users + 1) / (popularity[i] + 1)) / math.log2(n_users + 1)
        ),
        "TailShare": sum(exposed[i] for i in tail) / total if total else math.nan,
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0.0, 0.93])
def test_equals_brute_force_overall_and_in_groups(seed, missing, make_random_split, scores_model):
    parts = make_random_split(25, 60, seed)
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((25, 60)) + np.log1p(parts.popularity) * (seed % 3)
    # With most scores at -inf the lists are shorter than k, some of them empty.
    scores[rng.random(scores.shape) < missing] = -np.inf
    model = scores_model(scores)
    report = evaluate(model, parts, k=(3, 10), resamples=10)
    users = report.user_rows
    lists = rank_users(model, parts, users, k=10, seen=[parts.train, parts.validation])
    order = sorted(range(60), key=lambda i: (-parts.popularity[i], i))
    groups = {"head": set(order[:12]), "mid": set(order[12:30]), "tail": set(order[30:])}
    for k in (3, 10):
        cut = [[i for i in one[:k] if i >= 0] for one in lists.tolist()]
        for group in (None, *groups):
            expected = brute_force(cut, parts.popularity, 25, groups["tail"], groups.get(group))
            for metric, value in expected.items():
                found = report[group or "overall", f"{metric}@{k}"].value
                assert found == pytest.approx(value, abs=1e-12, nan_ok=True), (group, metric, k)


def test_short_lists_tell_tail_share_from_aplt(make_split, scores_model):
    # User 0 gets one item, a tail item; user 1 gets three of the head.
    train = [[0] * 8, [0] * 8, [1, 1, 1, 0, 0, 0, 0, 0]]
    test = [[0] * 7 + [1], [0] * 7 + [1], [0] * 8]
    scores = np.full((3, 8), -np.inf)
    scores[0, 6] = 1
    scores[1, :3] = 1
    parts = make_split(train, np.zeros((3, 8)), test)
    report = evaluate(scores_model(scores), parts, k=3, groups={"head": 0.4, "tail": 0.5})
    assert report["APLT@3"].value == 0.5
    assert report["TailShare@3"].value == 0.25
    assert report["ACLT@3"].value == 0.25
    assert report["Coverage@3"].value == 0.5


def test_novelty_is_finite_for_cold_items_and_falls_with_popularity():
    novelty = novelty_of_items(np.arange(101), n_users=100)
    assert novelty[0] == 1
    assert novelty[100] == pytest.approx(0)
    assert (np.diff(novelty) < 0).all()


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    n_items=st.integers(2, 40),
    k=st.integers(1, 60),
    rate=st.sampled_from([0.0, 0.1, 0.9]),
)
def test_everything_stays_in_bounds(seed, n_items, k, rate, make_split, scores_model):
    rng = np.random.default_rng(seed)
    n = 9
    draw = rng.random((n, n_items))
    train, test = draw < rate, draw > 1 - (1 - rate) * 0.3
    test[0, 0], train[0, 0] = True, False
    parts = make_split(train, np.zeros((n, n_items)), test)
    model = scores_model(rng.integers(0, 3, (n, n_items)))
    report = evaluate(model, parts, k=k, resamples=20)
    for key, found in report.values.items():
        assert 0 <= found.n <= n
        if found.n:
            assert -1e-12 <= found.value <= 1 + 1e-12, key
        # A Gini that rests on one user alone has no interval.
        if found.n >= 2 and not (key[1].startswith("Gini") and np.isnan(found.low)):
            assert 0 <= found.low <= found.high <= 1, key
