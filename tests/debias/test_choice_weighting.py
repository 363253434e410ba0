import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.debias import fresh_feedback, ips_accuracy


def loop(lists, relevant, p, metric, normalise):
    per_user = []
    for u, row in enumerate(relevant.toarray()):
        above = below = 0.0
        for i in np.flatnonzero(row):
            place = list(lists[u]).index(i) + 1 if i in lists[u] else None
            gain = 0.0 if place is None else 1.0 if metric == "Recall" else 1 / np.log2(place + 1)
            above, below = above + gain / p[u, i], below + 1 / p[u, i]
        if below:
            per_user.append((above, below))
    above, below = np.array(per_user).T
    return (above / below).mean() if normalise == "user" else above.sum() / below.sum()


@pytest.mark.parametrize("metric", ["Recall", "DCG"])
@pytest.mark.parametrize("normalise", ["user", "log"])
def test_against_a_loop(metric, normalise):
    rng = np.random.default_rng(3)
    relevant = csr_matrix((rng.random((40, 12)) < 0.2).astype(np.float32))
    lists = np.argsort(rng.random((40, 12)), axis=1)[:, :4]
    lists[rng.random(lists.shape) < 0.1] = -1
    p = rng.uniform(0.05, 1, (40, 12))
    found = ips_accuracy(lists, relevant, p, metric=metric, normalise=normalise)
    assert found.value == pytest.approx(loop(lists, relevant, p, metric, normalise))
    assert found.n == (relevant.sum(axis=1) > 0).sum()


def test_true_propensities_recover_the_recall_of_what_is_liked(small_store):
    parts, preference, propensity = small_store
    # Everyone gets the items shown most often: good for the log, less good for the users.
    lists = np.tile(np.argsort(-propensity.mean(axis=0))[:8], (parts.n_users, 1))
    listed = np.zeros(preference.shape, dtype=bool)
    np.put_along_axis(listed, lists, True, axis=1)
    truth = preference[listed].sum() / preference.sum()
    plain, weighted = [], []
    for seed in range(60):
        chosen = fresh_feedback(parts, seed=seed).chosen
        plain.append(ips_accuracy(lists, chosen, np.ones(40), normalise="log").value)
        weighted.append(ips_accuracy(lists, chosen, propensity, normalise="log").value)
    error = np.std(weighted) / np.sqrt(60)
    assert np.mean(plain) > truth + 0.05
    assert abs(np.mean(weighted) - truth) < 3.5 * error


def test_a_factor_on_all_propensities_changes_nothing():
    rng = np.random.default_rng(0)
    relevant = csr_matrix((rng.random((30, 10)) < 0.3).astype(np.float32))
    lists, p = np.tile([4, 2, 7], (30, 1)), rng.uniform(0.2, 1, 10)
    for normalise in ("user", "log"):
        once = ips_accuracy(lists, relevant, p, normalise=normalise)
        again = ips_accuracy(lists, relevant, p / 10, normalise=normalise)
        assert once.value == pytest.approx(again.value)
        assert once.standard_error == pytest.approx(again.standard_error)
        assert 0 < once.value < 1


def test_bad_input():
    one = csr_matrix(np.eye(3, dtype=np.float32))
    lists = [[0, 1]] * 3
    with pytest.raises(ValueError, match="normalise='log'"):
        ips_accuracy(lists, one, np.ones(3))
    assert ips_accuracy(lists, one, np.ones(3), normalise="log").value == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="holds no choice"):
        ips_accuracy(lists, csr_matrix((3, 3), dtype=np.float32), np.ones(3))
    with pytest.raises(ValueError, match="floor above 0"):
        ips_accuracy(lists, one, np.zeros(3), normalise="log")
    with pytest.raises(ValueError, match="lists must have 3 rows"):
        ips_accuracy([[0, 1]], one, np.ones(3), normalise="log")
    with pytest.raises(ValueError, match="metric must be"):
        ips_accuracy(lists, one, np.ones(3), metric="MAP")
