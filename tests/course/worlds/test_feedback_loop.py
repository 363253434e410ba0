from dataclasses import replace

import numpy as np
import pytest

from longtail_course.worlds import FeedbackLoop, feedback_loop, user_taste
from longtail_course.worlds.feedback_round import Behaviour, play_round
from longtail_course.worlds.feedback_rounds import QUANTITIES
from longtail_lib.evaluation import evaluate
from longtail_lib.models import EASE, ItemKNN, Oracle, Popularity, Random
from tests.course.worlds.simulated_world import store, world

BEHAVIOUR = Behaviour(
    k=5,
    users_per_round=None,
    choose="every",
    position_bias=1.0,
    exploration=0.0,
    repeat_rejected=True,
    seed=0,
)


class Watched(Popularity):
    """Popularity that keeps every split it was fitted on."""

    fitted_on: list = []  # noqa: RUF012

    def _fit(self, parts):
        self.fitted_on.append(parts)
        super()._fit(parts)


@pytest.fixture
def watched():
    Watched.fitted_on = []
    return Watched


@pytest.fixture(scope="module")
def parts():
    return store()


@pytest.fixture(scope="module")
def taste(parts):
    return user_taste(parts)


def same(one, other):
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in QUANTITIES)


# --- a world small enough for paper ---------------------------------------------------------------


@pytest.fixture
def paper():
    """Both users have seen item 0; the first likes item 1 alone, the second item 2 alone."""
    return world([[1, 1, 0], [1, 0, 1]], [[1, 0, 0], [1, 0, 0]])


def test_by_hand(paper):
    loop = feedback_loop(Popularity(), paper, rounds=2, k=2, position_bias=0)
    # Round 1 shows items 1 and 2 to both, each chooses one. Round 2 shows the other, in vain.
    assert loop["choices"].tolist() == [2, 0]
    assert loop["satisfaction"].tolist() == [0.5, 0.0]
    assert loop["coverage"].tolist() == pytest.approx([2 / 3, 2 / 3])
    # Exposure 0, 2, 2 and then 0, 1, 1; popularity 2, 1, 1 after either round.
    assert loop["exposure_gini"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert loop["popularity_gini"].tolist() == pytest.approx([1 / 6, 1 / 6])
    # The tail is the last item: floor(0.5 x 3) items.
    assert loop["tail_share"].tolist() == [0.5, 0.5]
    assert loop["popularity_tail_share"].tolist() == [0.25, 0.25]
    assert loop.per_item["exposure"].tolist() == [0, 3, 3]
    assert loop.per_item["choices"].tolist() == [0, 1, 1]
    assert loop.per_item["preference_shown"].tolist() == [0, 1, 1]
    assert loop.per_item["demand"].tolist() == [2, 1, 1]
    # Three places shown to each, one of them wanted.
    assert loop.per_user["satisfaction"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_what_was_rejected_stays_away_on_demand(paper):
    loop = feedback_loop(Popularity(), paper, rounds=2, k=2, position_bias=0, repeat_rejected=False)
    assert loop["choices"].tolist() == [2, 0]
    assert loop["coverage"].tolist() == pytest.approx([2 / 3, 0])
    assert np.isnan(loop["satisfaction"][1])
    assert np.isnan(loop["exposure_gini"][1])


def test_a_user_who_stops_at_the_first_choice_makes_one():
    parts = world(np.ones((20, 12)), np.eye(20, 12) + (np.arange(12) == 0))
    loop = feedback_loop(Popularity(), parts, rounds=3, k=4, position_bias=0, choose="first")
    assert loop["choices"].tolist() == [20, 20, 20]


def test_whoever_likes_everything_chooses_everything_seen():
    parts = world(np.ones((20, 12)), np.eye(20, 12) + (np.arange(12) == 0))
    loop = feedback_loop(Popularity(), parts, rounds=4, k=4, position_bias=0)
    # 12 users have two items, the first of them one, the last eight one.
    left = 20 * 12 - parts.train.nnz
    assert loop["choices"].tolist() == [80, 80, left - 160, 0]
    assert loop["satisfaction"][:3].tolist() == [1, 1, 1]


def test_whoever_likes_nothing_chooses_nothing(watched):
    parts = world(np.zeros((6, 9)), np.eye(6, 9))
    loop = feedback_loop(watched(), parts, rounds=3, k=4)
    assert loop["choices"].sum() == loop["satisfaction"].sum() == 0
    assert watched.fitted_on[-1].train.nnz == 6


def test_looking_follows_the_power_of_the_rank():
    parts = world(np.ones((3000, 9)), np.eye(3000, 9) + (np.arange(9) == 0))
    taste = user_taste(parts)
    shown = play_round(
        Popularity().fit(parts),
        parts,
        taste,
        BEHAVIOUR._replace(position_bias=0.7),
        masked=[parts.train],
        number=1,
        name="Popularity",
    )
    expected = np.arange(1, 6) ** -0.7
    # Four standard errors of a share among 3,000 users.
    assert np.abs(shown.chosen.mean(axis=0) - expected).max() < 4 * 0.5 / np.sqrt(3000)


# --- the log --------------------------------------------------------------------------------------


def test_train_only_grows_and_nothing_is_chosen_twice(parts, watched):
    before = parts.train.copy()
    loop = feedback_loop(watched(), parts, rounds=5, k=5)
    sizes = [one.train.nnz for one in watched.fitted_on]
    assert sizes[0] == parts.train.nnz
    assert np.diff(sizes).tolist() == loop["choices"][:-1].tolist()
    assert loop["choices"].min() > 0
    for smaller, larger in zip(watched.fitted_on, watched.fitted_on[1:], strict=False):
        assert smaller.train.multiply(larger.train).nnz == smaller.train.nnz
        assert larger.train.data.max() == 1
        assert larger.train.has_canonical_format
    assert (parts.train != before).nnz == 0


def test_the_model_that_was_passed_stays_as_it_is(parts):
    model = EASE(l2=20.0).fit(parts)
    weights = model.weights_.copy()
    loop = feedback_loop(model, parts, rounds=2, k=5)
    assert np.array_equal(model.weights_, weights)
    assert same(loop, feedback_loop(EASE(l2=20.0), parts, rounds=2, k=5))
    assert same(loop, feedback_loop(lambda: EASE(l2=20.0), parts, rounds=2, k=5))


def test_choices_leave_validation_and_test(watched):
    full = np.ones((4, 5))
    train, rest = np.eye(4, 5), 1 - np.eye(4, 5)
    held = rest * (np.arange(5) < 2)
    parts = world(full, train, validation=held, test=rest - held)
    feedback_loop(watched(), parts, rounds=2, k=4, position_bias=0)
    last = watched.fitted_on[-1]
    assert last.train.nnz == 20
    assert last.validation.nnz == last.test.nnz == 0
    assert parts.validation.nnz == held.sum()


def test_times_follow_the_rounds(watched):
    parts = store(times=True)
    feedback_loop(watched(), parts, rounds=3, k=5, round_days=10)
    times = watched.fitted_on[-1].times["train"]
    train = watched.fitted_on[-1].train
    assert np.array_equal(times.indices, train.indices)
    latest = parts.times["train"].data.max()
    added = times.data[times.data > latest]
    assert set(added.tolist()) == {latest + 10 * 86400, latest + 20 * 86400}
    assert len(added) == train.nnz - parts.train.nnz
    assert times.dtype == np.int64


# --- models ---------------------------------------------------------------------------------------


def test_the_oracle_satisfies_most_in_round_1(parts, taste):
    loops = {
        type(model).__name__: feedback_loop(model, parts, rounds=1, k=5, taste=taste)
        for model in (Oracle(), Random(), Popularity(), ItemKNN(), EASE(l2=20.0))
    }
    best = loops["Oracle"]["satisfaction"][0]
    assert all(loop["satisfaction"][0] <= best for loop in loops.values())
    unseen = np.where(parts.train.toarray() > 0, -1, parts.truth.preference(np.arange(150)))
    assert best == pytest.approx(np.sort(unseen, axis=1)[:, -5:].mean(), abs=1e-6)
    # What learns from train serves users better than chance.
    assert loops["EASE"]["satisfaction"][0] > loops["Random"]["satisfaction"][0] + 0.1


def test_popularity_ends_more_unequal_than_random(parts, taste):
    popular, random = (
        feedback_loop(model, parts, rounds=8, k=5, taste=taste)
        for model in (Popularity(), Random())
    )
    assert popular["exposure_gini"][-1] > random["exposure_gini"][-1] + 0.2
    assert popular["popularity_tail_share"][-1] < random["popularity_tail_share"][-1]
    # Random shows the tail as often as its share of the catalogue, less what was seen there.
    assert random["tail_share"][-1] == pytest.approx(0.5, abs=0.1)


def test_a_random_model_draws_anew_each_round(parts, taste):
    loop = feedback_loop(Random(), parts, rounds=6, k=2, taste=taste)
    # Six lists of two items from about 70 candidates; a fixed order would repeat most of them.
    first = feedback_loop(Random(), parts, rounds=1, k=2, taste=taste)
    assert same(first, replace_rounds(loop, 1))
    assert len(np.unique(loop["satisfaction"])) == 6


def replace_rounds(loop, n):
    return FeedbackLoop(loop.model, {name: loop[name][:n] for name in QUANTITIES}, loop.protocol)


def test_groups_of_users_are_averaged_apart(parts, taste):
    loop = feedback_loop(Popularity(), parts, rounds=1, k=5, taste=taste)
    satisfied, label = loop.per_user["satisfaction"], loop.per_user["taste"]
    assert loop["satisfaction"][0] == pytest.approx(satisfied.mean())
    assert loop["satisfaction_head_lovers"][0] == pytest.approx(satisfied[label == 0].mean())
    assert loop["satisfaction_tail_lovers"][0] == pytest.approx(satisfied[label == 2].mean())
    assert loop["satisfaction_head_lovers"][0] > loop["satisfaction_tail_lovers"][0] + 0.05


def test_exposure_of_round_1_is_that_of_evaluate(parts, taste):
    """Both rank alike, so a user who has a test item meets the same list."""
    everyone = replace(parts, test=store(seed=5).train)
    report = evaluate(
        EASE(l2=20.0).fit(everyone), everyone, k=5, seed=3, resamples=10, allow_known=True
    )
    loop = feedback_loop(EASE(l2=20.0), everyone, rounds=1, k=5, seed=3, taste=taste)
    assert np.array_equal(loop.per_item["exposure"], report.exposure[5])
    assert loop["coverage"][0] == pytest.approx(report["Coverage@5"].value)
    assert loop["exposure_gini"][0] == pytest.approx(report["Gini@5"].value)
    assert loop["tail_share"][0] == pytest.approx(report["TailShare@5"].value)


# --- common random numbers ------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_loop_and_another_does_not(parts, taste):
    one, again, other = (
        feedback_loop(EASE(l2=20.0), parts, rounds=3, k=5, seed=seed, taste=taste)
        for seed in (4, 4, 5)
    )
    assert same(one, again)
    assert not same(one, other)


def play(model, parts, taste, **changes):
    shown = play_round(
        model.fit(parts),
        parts,
        taste,
        BEHAVIOUR._replace(**changes),
        masked=[parts.train],
        number=3,
        name="m",
    )
    decisions = {}
    for row, columns, chosen in zip(shown.users, shown.lists, shown.chosen, strict=True):
        for column, choice in zip(columns, chosen, strict=True):
            decisions[int(row), int(column)] = bool(choice)
    return shown, decisions


def test_two_models_meet_the_same_decisions(parts, taste):
    _, popular = play(Popularity(), parts, taste, position_bias=0)
    _, ease = play(EASE(l2=20.0), parts, taste, position_bias=0, k=9)
    both = popular.keys() & ease.keys()
    assert len(both) > 100
    assert len({popular[pair] for pair in both}) == 2
    assert all(popular[pair] == ease[pair] for pair in both)


def test_a_better_rank_never_loses_a_choice(parts, taste):
    """The lists turned round: what was chosen at a worse rank is chosen at a better one."""

    class Reversed(Popularity):
        def _score(self, user_rows):
            lists = forward.lists[user_rows]
            scores = np.full((len(user_rows), len(self.item_ids_)), -1, dtype=np.float32)
            ranks = np.broadcast_to(np.arange(lists.shape[1], dtype=np.float32), lists.shape)
            np.put_along_axis(scores, lists, ranks, axis=1)
            return scores

    forward, ahead = play(Popularity(), parts, taste)
    backward, behind = play(Reversed(), parts, taste)
    assert np.array_equal(forward.lists, backward.lists[:, ::-1])
    rank = {
        name: {
            (row, int(column)): place
            for row, columns in enumerate(shown.lists)
            for place, column in enumerate(columns)
        }
        for name, shown in (("ahead", forward), ("behind", backward))
    }
    assert ahead.values() != behind.values()
    for pair, chosen in behind.items():
        if rank["ahead"][pair] <= rank["behind"][pair]:
            assert ahead[pair] >= chosen
        else:
            assert ahead[pair] <= chosen


def test_the_order_of_users_does_not_matter():
    order = np.random.default_rng(1).permutation(150)
    for model in (Popularity(), Oracle()):
        one = feedback_loop(model, store(), rounds=4, k=5, users_per_round=60)
        other = feedback_loop(model, store(order=order), rounds=4, k=5, users_per_round=60)
        for name in set(QUANTITIES) - {"satisfaction_head_lovers", "satisfaction_tail_lovers"}:
            np.testing.assert_allclose(one[name], other[name], atol=1e-12, err_msg=name)
        assert np.array_equal(one.per_item["choices"], other.per_item["choices"])
        assert np.allclose(
            one.per_user["satisfaction"][order], other.per_user["satisfaction"], equal_nan=True
        )


def test_active_users_change_from_round_to_round(parts, taste):
    loop = feedback_loop(Popularity(), parts, rounds=3, k=5, users_per_round=60, taste=taste)
    assert loop.per_item["exposure"].sum() == 3 * 60 * 5
    served = ~np.isnan(loop.per_user["satisfaction"])
    assert 60 < served.sum() < 150


# --- exploration ----------------------------------------------------------------------------------


def test_exploration_replaces_its_share_of_places_by_other_unseen_items(parts, taste):
    plain, _ = play(Popularity(), parts, taste)
    mixed, _ = play(Popularity(), parts, taste, exploration=0.3)
    replaced = plain.lists != mixed.lists
    assert replaced.mean() == pytest.approx(0.3, abs=0.07)
    seen = parts.train.toarray()
    for row, columns in enumerate(mixed.lists):
        assert len(set(columns.tolist())) == len(columns)
        assert not seen[row, columns].any()
        assert not set(columns[replaced[row]].tolist()) & set(plain.lists[row].tolist())


def test_exploration_reaches_the_tail(parts, taste):
    plain, explored = (
        feedback_loop(Popularity(), parts, rounds=3, k=5, exploration=share, taste=taste)
        for share in (0.0, 0.5)
    )
    assert explored["coverage"].min() > plain["coverage"].max() + 0.3
    assert explored["tail_share"].min() > 0.1 > plain["tail_share"].max()


def test_exploration_of_a_catalogue_smaller_than_the_list():
    parts = world(np.ones((4, 5)), np.eye(4, 5))
    loop = feedback_loop(Popularity(), parts, rounds=2, k=9, exploration=1.0, position_bias=0)
    assert loop["choices"].tolist() == [16, 0]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounds": 0}, "rounds must be a whole number from 1, got 0"),
        ({"rounds": 2.5}, "rounds must be a whole number from 1"),
        ({"k": 0}, "k must be a whole number from 1, got 0"),
        ({"users_per_round": 0}, "users_per_round must be a whole number from 1, or None for all"),
        ({"users_per_round": 151}, "users_per_round must lie between 1 and the 150 users"),
        ({"choose": "all"}, "choose must be one of 'every', 'first', got 'all'"),
        ({"position_bias": -1}, "position_bias must be a number from 0"),
        ({"exploration": 1.5}, "exploration must be a number from 0 to 1"),
        ({"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_parameters_out_of_range(parts, taste, change, message):
    with pytest.raises(ValueError, match=message):
        feedback_loop(Popularity(), parts, taste=taste, **change)


def test_no_truth(parts, taste):
    for known in (None, taste):
        with pytest.raises(ValueError, match="feedback_loop: this split has no truth"):
            feedback_loop(Popularity(), replace(parts, truth=None), taste=known)


def test_a_model_fitted_elsewhere(parts):
    elsewhere = Popularity().fit(store(n_items=79))
    with pytest.raises(ValueError, match=r"Popularity was fitted on other items \(79\)"):
        feedback_loop(elsewhere, parts)


def test_taste_of_another_split(parts):
    with pytest.raises(ValueError, match="make it with user_taste of the same split"):
        feedback_loop(Popularity(), parts, taste=user_taste(store(n_items=79)))


def test_neither_model_nor_split(parts):
    with pytest.raises(TypeError, match="model must be a recommender"):
        feedback_loop("EASE", parts)
    with pytest.raises(TypeError, match="takes a Split or a Dataset"):
        feedback_loop(Popularity(), parts.train)


def test_scores_that_are_not_a_number(parts, taste):
    class Broken(Popularity):
        def _score(self, user_rows):
            return super()._score(user_rows) * np.float32("nan")

    with pytest.raises(ValueError, match=r"Broken.score gave NaN"):
        feedback_loop(Broken(), parts, taste=taste)
