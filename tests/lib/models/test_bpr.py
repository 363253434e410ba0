import numpy as np
import pytest
from implicit.cpu.bpr import BayesianPersonalizedRanking

from longtail_lib.models import BPR, Popularity

PARAMETERS = {"factors": 8, "learning_rate": 0.05}


def auc(model, parts) -> float:
    """Share of (seen, unseen) pairs of warm items in the right order, over all users, by loops."""
    train = parts.train.toarray() > 0
    warm = train.any(axis=0)
    scores = model.score(np.arange(parts.n_users))
    shares = []
    for seen, own in zip(train[:, warm], scores[:, warm], strict=True):
        difference = own[seen][:, None] - own[~seen]
        shares.append(((difference > 0) + 0.5 * (difference == 0)).mean())
    return float(np.mean(shares))


def test_training_puts_seen_items_above_unseen_ones(parts):
    barely, trained = (
        BPR(**PARAMETERS, iterations=iterations).fit(parts) for iterations in (1, 200)
    )
    assert auc(barely, parts) < 0.75
    assert auc(trained, parts) > 0.95


def test_beats_popularity(parts, recall):
    learned = recall(BPR(**PARAMETERS).fit(parts), parts)
    assert learned > 1.3 * recall(Popularity().fit(parts), parts)


def test_scores_and_lists_are_those_of_implicit(parts):
    theirs = BayesianPersonalizedRanking(
        factors=8, learning_rate=0.05, regularization=0.02, random_state=3, num_threads=1
    )
    theirs.fit(parts.train, show_progress=False)
    warm = parts.popularity > 0
    model = BPR(**PARAMETERS, seed=3).fit(parts)
    rows = np.arange(parts.n_users)
    expected = theirs.user_factors @ theirs.item_factors.T
    np.testing.assert_allclose(model.score(rows)[:, warm], expected[:, warm], atol=1e-5)
    ids, scores = theirs.recommend(rows, parts.train, N=5)
    items, ours = model.recommend(rows, k=5)
    assert warm[ids].all()
    np.testing.assert_allclose(ours, scores, atol=1e-5)
    assert (items == ids).mean() > 0.99


def test_one_step_goes_down_the_gradient_of_the_documented_loss(make_split):
    """One user, one seen and one unseen item, so that the only pair is known.

    The unseen item must be in train to be drawn; a second user, who has seen it, gives it.
    """
    parts = make_split([[1, 0], [0, 1]])
    rate, penalty = 0.1, 0.3
    steps = [BPR(3, rate, penalty, iterations, seed=1).fit(parts) for iterations in (6, 7)]
    before, after = ((x.user_factors_, x.item_factors_, x.item_biases_) for x in steps)

    def step(state, user, liked, disliked):
        users, items, biases = (x.astype(np.float64) for x in state)
        z = 1 / (1 + np.exp(
            users[user] @ (items[liked] - items[disliked]) + biases[liked] - biases[disliked]
        ))  # fmt: skip
        w, h, g = users[user].copy(), items[liked].copy(), items[disliked].copy()
        users[user] += rate * (z * (h - g) - penalty * w)
        items[liked] += rate * (z * w - penalty * h)
        items[disliked] += rate * (-z * w - penalty * g)
        biases[liked] += rate * (z - penalty * biases[liked])
        biases[disliked] += rate * (-z - penalty * biases[disliked])
        return users, items, biases

    # An epoch draws two pairs; each is user 0's, user 1's, or skipped because it was seen.
    pairs = [None, (0, 0, 1), (1, 1, 0)]
    ends = []
    for first in pairs:
        middle = before if first is None else step(before, *first)
        ends += [middle if second is None else step(middle, *second) for second in pairs]
    off = [
        max(np.abs(one - other).max() for one, other in zip(end, after, strict=True))
        for end in ends
    ]
    assert min(off) < 1e-6
    assert max(np.abs(one - other).max() for one, other in zip(before, after, strict=True)) > 1e-3


def test_two_fits_are_equal_and_another_seed_is_another_model(parts):
    rows = np.arange(parts.n_users)
    one, same, other = (BPR(**PARAMETERS, seed=seed).fit(parts).score(rows) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_ratings_do_not_count_twice(parts, make_split):
    ratings = parts.train.toarray() * np.random.default_rng(0).integers(1, 6, parts.train.shape)
    one, other = (BPR(**PARAMETERS).fit(each) for each in (parts, make_split(ratings)))
    assert np.array_equal(one.score([0]), other.score([0]))


def test_a_cold_item_scores_like_the_least_liked_bias_for_everyone(parts):
    model = BPR(**PARAMETERS).fit(parts)
    cold = parts.popularity == 0
    scores = model.score(np.arange(parts.n_users))
    assert cold.sum() >= 3
    assert (scores[:, cold] == model.item_biases_[~cold].min()).all()
    items, _ = model.recommend(parts.user_ids, k=10)
    assert not cold[items].any()


def test_training_that_diverges_is_refused(parts):
    with pytest.raises(ValueError, match="smaller learning_rate"):
        BPR(factors=4, learning_rate=1e6, regularization=5.0).fit(parts)
