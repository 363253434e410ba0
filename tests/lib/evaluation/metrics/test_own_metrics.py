"""Metrics of a user's own, against plain loops, brute force and simulation."""

from dataclasses import replace

import numpy as np
import pytest

from longtail_course.toys import frontier
from longtail_lib.evaluation import (
    METRICS,
    Metric,
    Protocol,
    Report,
    compare,
    evaluate,
    pool_reports,
    rerank_choice,
    rerank_path,
)
from longtail_lib.evaluation._intervals import standard_error
from longtail_lib.evaluation.metrics import BUILT_IN
from longtail_lib.evaluation.metrics._metric import Metric as InternalMetric
from longtail_lib.models import EASE, Popularity
from longtail_lib.tail import popularity_groups
from longtail_lib.testing import tiny_model, tiny_parts
from tests.lib.evaluation.conftest import Scores, random_split

N_USERS, N_ITEMS = 80, 90
MAKERS = np.random.default_rng(0).integers(0, 25, N_ITEMS)
PRICES = np.random.default_rng(1).uniform(2, 50, N_ITEMS)


def first_rank(items, relevant, k):
    for rank, item in enumerate(items, 1):
        if item in relevant:
            return rank
    return float("nan")


def share_of_makers(exposed, group):
    return len(set(MAKERS[group & (exposed > 0)])) / len(set(MAKERS[group]))


FIRST = Metric("FirstRank", per_user=first_rank, range=(1, None), better="lower")
MAKER = Metric("Makers", statistic=share_of_makers, better="higher")
PRICE = Metric(
    "Price",
    per_user=lambda items, relevant, k: PRICES[items].mean(),
    range=(0, None),
    restrict="items",
)
OWN = (FIRST, MAKER, PRICE)


@pytest.fixture(scope="module")
def parts():
    return random_split(N_USERS, N_ITEMS, seed=1, rates=(0.15, 0.05, 0.08))


@pytest.fixture(scope="module")
def scores():
    return np.random.default_rng(2).permutation(N_USERS * N_ITEMS).reshape(N_USERS, N_ITEMS)


@pytest.fixture(scope="module")
def report(parts, scores):
    return evaluate(Scores(scores), parts, k=(5, 20), metrics=["NDCG", *OWN, "Coverage"])


def ranked(parts, scores, row, k):
    seen = parts.train.toarray()[row] + parts.validation.toarray()[row]
    return [i for i in np.argsort(-scores[row].astype(float)) if not seen[i]][:k]


@pytest.mark.parametrize("k", [5, 20])
@pytest.mark.parametrize("group", ["overall", "head", "mid", "tail"])
def test_values_equal_plain_loops_overall_and_in_groups(report, parts, scores, group, k):
    inside = np.ones(N_ITEMS, bool)
    if group != "overall":
        inside = popularity_groups(parts.popularity).mask(group)
    ranks, prices, shown, users = [], [], set(), 0
    for row in range(N_USERS):
        wanted = set(np.flatnonzero(parts.test.toarray()[row]))
        if not wanted:
            continue
        users += 1
        items = ranked(parts, scores, row, k)
        places = [place for place, i in enumerate(items, 1) if i in wanted and inside[i]]
        ranks += places[:1]
        own = [i for i in items if inside[i]]
        prices += [sum(PRICES[i] for i in own) / len(own)] if own else []
        shown |= {MAKERS[i] for i in own}
    found = report[group, f"FirstRank@{k}"]
    assert found.n == len(ranks) > 0
    assert found.value == pytest.approx(np.mean(ranks))
    found = report[group, f"Price@{k}"]
    assert (found.n, found.value) == (len(prices), pytest.approx(np.mean(prices)))
    found = report[group, f"Makers@{k}"]
    assert found.n == users
    assert found.value == pytest.approx(len(shown) / len(set(MAKERS[inside])))


def test_built_in_metrics_do_not_notice_the_others(report, parts, scores):
    alone = evaluate(Scores(scores), parts, k=(5, 20), metrics=["NDCG", "Coverage"])
    for key, value in alone.values.items():
        assert report.values[key] == pytest.approx(value, rel=1e-6, nan_ok=True), key


def test_left_out_statistics_equal_a_jackknife_by_hand(report, parts, scores):
    users = report.user_rows
    lists = [ranked(parts, scores, row, 5) for row in users]
    changed = 0
    for group in ("overall", "head", "tail"):
        inside = np.ones(N_ITEMS, bool)
        if group != "overall":
            inside = popularity_groups(parts.popularity).mask(group)
        expected = []
        for out in range(len(users)):
            shown = {i for place, own in enumerate(lists) if place != out for i in own if inside[i]}
            expected.append(len({MAKERS[i] for i in shown}) / len(set(MAKERS[inside])))
        np.testing.assert_allclose(report.left_out[group, "Makers@5"], expected)
        value = report[group, "Makers@5"]
        half = 1.959964 * standard_error(np.array(expected))
        if half == 0:
            continue
        changed += 1
        assert value.low == pytest.approx(max(0, value.value - half))
        assert value.high == pytest.approx(min(1, value.value + half))
    assert changed == 2


def test_intervals_of_means_equal_a_plain_bootstrap_and_stay_in_the_range(report):
    numbers = report.per_user["overall", "Price@5"]
    rng = np.random.default_rng(9)
    draws = [numbers[rng.integers(0, len(numbers), len(numbers))].mean() for _ in range(4_000)]
    value = report["Price@5"]
    # The user who was not met makes it a little wider.
    width = np.quantile(draws, 0.975) - np.quantile(draws, 0.025)
    assert 1.0 < (value.high - value.low) / width < 1.35
    assert value.low < value.value < value.high
    for (group, name), found in report.values.items():
        low, high = report.metric(name).ends
        assert low <= found.low <= found.high <= high or np.isnan(found.low), (group, name)


def test_intervals_hold_the_mean_of_a_known_population():
    """Prices of lists drawn anew: 95% intervals hold the true mean about that often."""
    prices = np.random.default_rng(3).exponential(10, 40)
    metric = replace(PRICE, per_user=lambda items, relevant, k: prices[items].mean())
    held, rng = [], np.random.default_rng(4)
    test = np.ones((120, 40))
    parts = tiny_split(test)
    for _ in range(150):
        model = Scores(rng.gumbel(size=(120, 40)))
        found = evaluate(model, parts, k=3, metrics=metric, resamples=300)["Price@3"]
        held.append(found.low <= prices.mean() <= found.high)
    assert 0.9 < np.mean(held) <= 0.995


def tiny_split(test):
    from tests.lib.evaluation.conftest import build_split

    return build_split(np.eye(*test.shape) * 0, np.zeros(test.shape), test)


def test_one_value_at_the_end_of_the_range_does_not_pass_it():
    whole = Metric("Whole", of_lists=lambda lists: np.ones(len(lists.items)))
    percent = Metric(
        "Percent", of_lists=lambda lists: np.full(len(lists.items), 100.0), range=(0, 100)
    )
    report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=[whole, percent])
    assert report["Whole@2"].high == 1.0
    assert report["Percent@2"].high == 100.0
    # Three users of whom none differs: the one who was not met may be at the other end.
    assert report["Percent@2"].low < 60


def test_of_lists_equals_per_user_and_sees_the_group(parts, scores):
    def at_once(lists):
        shown = np.append(lists.group if lists.group is not None else np.ones(N_ITEMS, bool), False)
        inside = shown[lists.items]
        with np.errstate(invalid="ignore"):
            return (np.append(PRICES, 0)[lists.items] * inside).sum(1) / inside.sum(1)

    fast = Metric("Fast", of_lists=at_once, range=(0, None))
    report = evaluate(Scores(scores), parts, k=5, metrics=[fast, PRICE])
    for group in report.groups:
        np.testing.assert_allclose(
            report.per_user[group, "Fast@5"], report.per_user[group, "Price@5"]
        )


def test_overall_may_mean_the_tail(parts, scores):
    price = replace(PRICE, overall="tail")
    makers = replace(MAKER, overall="tail")
    report = evaluate(Scores(scores), parts, k=20, metrics=[price, makers])
    for name in report.names:
        assert report[name] == report["tail", name]


@pytest.mark.parametrize("name", ["Coverage", "TailShare", "Gini"])
def test_where_no_user_changes_a_statistic_the_limits_are_near_those_worked_out_by_hand(name):
    """200 users get the same two of 300 items; one in fifty others could get anything."""
    scores = np.tile(np.arange(300.0)[::-1], (200, 1))
    parts = tiny_split(np.eye(200, 300, k=5))
    plain = Metric("Plain", statistic=BUILT_IN[name].statistic, overall=BUILT_IN[name].overall)
    report = evaluate(Scores(scores), parts, k=2, metrics=[name, plain])
    assert np.ptp(report.left_out["overall", f"{name}@2"]) < 1e-12
    own, known = report["Plain@2"], report[f"{name}@2"]
    # Worked out by hand is a bound; of Gini a far one, as four lists cannot be spread over all.
    assert known.low - 0.01 <= own.low <= own.value <= own.high <= known.high + 0.01
    assert own.low < own.high
    if name != "Gini":
        assert own.high - own.low == pytest.approx(known.high - known.low, rel=0.1)


def test_slack_may_be_given():
    narrow = Metric(
        "Narrow",
        statistic=lambda exposed, group: 0.25,
        slack=lambda share, n, k, n_items: (0.1, 0.2),
    )
    report = evaluate(tiny_model(), tiny_parts(), k=2, metrics=narrow)
    assert report["Narrow@2"][:3] == pytest.approx((0.25, 0.15, 0.45))


def test_tables_pictures_and_comparisons_show_them(report, parts, scores):
    other = evaluate(
        Scores(-scores), parts, k=(5, 20), metrics=["NDCG", *OWN, "Coverage"], name="other"
    )
    assert "FirstRank@5" in repr(report)
    assert "Makers" in report._repr_html_()
    assert "FirstRank (mean over users, 1 to any, lower is better)" in report._repr_html_()
    assert report.protocol["own metrics"].startswith("FirstRank (mean over users")
    assert "ACLT, TailShare and Makers" in report.protocol["intervals"]
    assert set(report.to_frame()["metric"]) == {"NDCG", "FirstRank", "Makers", "Price", "Coverage"}
    drawn = report.plot(("FirstRank@5", "Price@5")).axes[0]
    assert drawn.get_ylim()[0] == 0
    found = compare([report, other], baseline="other", metrics=report.names)
    for name in ("FirstRank@5", "Makers@5", "Price@5"):
        row = found["Scores", "overall", name]
        assert row.difference == pytest.approx(report[name].value - other[name].value)
        assert row.low < row.difference < row.high
    paired = report.per_user["overall", "Price@5"] - other.per_user["overall", "Price@5"]
    row, error = found["Scores", "overall", "Price@5"], paired.std() / np.sqrt(len(paired))
    assert (row.high - row.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.15)


def test_nothing_is_known_of_two_models_that_do_not_differ_without_a_range():
    reports = [
        evaluate(tiny_model(), tiny_parts(), k=2, metrics=[FIRST, "MRR"], name=name)
        for name in ("a", "b")
    ]
    found = compare(reports, baseline="a", metrics=["FirstRank@2", "MRR@2"])
    assert np.isnan(found["b", "overall", "FirstRank@2"].low)
    assert found["b", "overall", "FirstRank@2"].verdict == "undecided"
    assert found["b", "overall", "MRR@2"].low < 0


def test_json_keeps_what_they_are_but_not_their_functions(report, parts, scores):
    back = Report.from_json(report.to_json(per_user=True))
    assert repr(back) == repr(report)
    for key, value in report.values.items():
        np.testing.assert_array_equal(back.values[key], value)
    assert back.metric("FirstRank@5").better == "lower"
    assert back.metric("FirstRank").range == (1.0, None)
    assert back.declarations == report.declarations
    other = evaluate(
        Scores(-scores), parts, k=(5, 20), metrics=["NDCG", *OWN, "Coverage"], name="other"
    )
    stored = compare([back, other], baseline="other", metrics=report.names)
    assert stored.rows == compare([report, other], baseline="other", metrics=report.names).rows
    with pytest.raises(TypeError, match="stored report, which does not hold its function"):
        evaluate(Scores(scores), parts, metrics=back.own_metrics)


def test_reports_of_two_different_metrics_of_one_name_are_not_compared():
    reports = [
        evaluate(tiny_model(), tiny_parts(), k=2, name=metric.better, metrics=metric)
        for metric in (FIRST, replace(FIRST, better="higher"))
    ]
    with pytest.raises(ValueError, match="differ in declarations"):
        compare(reports, baseline="lower")


def test_pooled_over_seeds(scores):
    splits = [random_split(N_USERS, N_ITEMS, seed=seed) for seed in (1, 2)]
    reports = [evaluate(Scores(scores), own, k=5, metrics=OWN) for own in splits]
    pooled = pool_reports(reports, resamples=200)
    assert pooled.own_metrics == OWN
    assert pooled["Makers@5"].value == pytest.approx(
        np.mean([one["Makers@5"].value for one in reports])
    )
    by_user = {}
    for one in reports:
        for row, value in zip(one.user_rows, one.per_user["overall", "Price@5"], strict=True):
            by_user.setdefault(row, []).append(value)
    assert pooled["Price@5"].value == pytest.approx(np.mean([*map(np.mean, by_user.values())]))
    assert 0 < pooled["Price@5"].low < pooled["Price@5"].value < pooled["Price@5"].high


def test_the_frontier_knows_the_direction(parts, scores):
    reports = [
        evaluate(Scores(own), parts, k=5, metrics=["NDCG", FIRST, PRICE], name=name)
        for name, own in (("as is", scores), ("reversed", -scores))
    ]
    first, second = sorted(reports, key=lambda report: report["FirstRank@5"].value)
    points = frontier([first, second], x="FirstRank@5", y="FirstRank@5").points
    assert [point.dominated for point in points] == [False, True]
    with pytest.raises(ValueError, match="whether more or less of Price is better was not said"):
        frontier(reports, x="NDCG@5", y="Price@5")


def test_a_path_of_weights_takes_them_as_aim(parts):
    cheap = replace(PRICE, better="lower")
    options = {"weights": [0.0, 0.4, 0.8], "candidates": 20, "resamples": 20, "k": 5}
    path = rerank_path(EASE(), parts, metrics=[cheap], part="validation", **options)
    prices = [report["Price@5"].value for report in path]
    for metric, best in ((cheap, np.argmin), (replace(cheap, better="higher"), np.argmax)):
        choice = rerank_choice(EASE(), parts, aim=metric, least=0.0, **options)
        assert choice.weight == options["weights"][int(best(prices))]
    protocol = Protocol(k=5, metrics=["Recall", cheap], resamples=20)
    choice = rerank_choice(
        EASE(), parts, weights=[0, 0.8], least=0.0, aim="Price", protocol=protocol
    )
    assert choice.report.metrics == ("Recall", "Price", "NDCG")
    with pytest.raises(ValueError, match="ARP is better when smaller, so least is no condition"):
        rerank_choice(EASE(), parts, accuracy="ARP", least=0.0, **options)


@pytest.mark.parametrize(
    ("metric", "error", "said"),
    [
        (
            Metric("X", per_user=lambda *_: "high"),
            TypeError,
            "'X' must give one number, got 'high'",
        ),
        (Metric("X", per_user=lambda *_: None), TypeError, "'X' must give one number, got None"),
        (Metric("X", per_user=lambda *_: [0.1, 0.2]), TypeError, "one number, got"),
        (
            Metric("X", per_user=lambda *_: 3),
            ValueError,
            "per_user of the metric 'X' gave 3, outside",
        ),
        (Metric("X", per_user=lambda *_: -0.1), ValueError, r"range \(0.0, 1.0\); declare it"),
        (
            Metric("X", per_user=lambda *_: np.inf, range=(0, None)),
            ValueError,
            "gave inf, outside its range",
        ),
        (
            Metric("X", of_lists=lambda lists: np.zeros(2)),
            TypeError,
            r"of_lists of the metric 'X' must give an array of 3 numbers, got .* of shape \(2,",
        ),
        (Metric("X", of_lists=lambda lists: ["a"] * 3), TypeError, "array of 3 numbers, got list"),
        (Metric("X", statistic=lambda *_: np.ones(3)), TypeError, "'X' must give one number"),
        (Metric("X", statistic=lambda *_: 1.5), ValueError, "statistic of the metric 'X' gave 1.5"),
        (
            Metric("X", statistic=lambda *_: 0.5, leave_one_out=lambda *_: np.zeros(1)),
            TypeError,
            "leave_one_out of the metric 'X' must give an array of 3 numbers",
        ),
        (
            Metric("X", statistic=lambda exposed, group: exposed.fill(0)),
            ValueError,
            "read-only",
        ),
    ],
)
def test_a_metric_that_misbehaves_is_named(metric, error, said):
    with pytest.raises(error, match=said) as caught:
        evaluate(tiny_model(), tiny_parts(), k=2, metrics=["NDCG", metric])
    assert "The metric 'X' was being measured." in caught.value.__notes__


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"name": "a@b", "per_user": first_rank}, ValueError, "word without '@'"),
        ({"name": "", "per_user": first_rank}, ValueError, "name must be a word"),
        ({}, TypeError, "give one of per_user, of_lists and statistic, got 0"),
        ({"per_user": first_rank, "statistic": share_of_makers}, TypeError, "got 2 of them"),
        ({"per_user": 3}, TypeError, "per_user must be a function, got 3"),
        ({"per_user": first_rank, "slack": max}, TypeError, "belong to a statistic"),
        ({"per_user": first_rank, "better": "more"}, ValueError, "better must be one of 'higher'"),
        ({"per_user": first_rank, "restrict": "users"}, ValueError, "restrict must be one of"),
        ({"per_user": first_rank, "overall": "head"}, ValueError, "overall must be one of"),
        ({"per_user": first_rank, "range": (1, 0)}, ValueError, r"range must be \(low, high\)"),
        ({"per_user": first_rank, "range": (0, np.inf)}, ValueError, "None for an end"),
        ({"per_user": first_rank, "range": 1}, ValueError, "range must be"),
    ],
)
def test_a_declaration_that_cannot_be(given, error, said):
    with pytest.raises(error, match=said):
        Metric(**{"name": "X", **given})


def test_names_must_be_told_apart():
    model, parts = tiny_model(), tiny_parts()
    mine = Metric("NDCG", per_user=first_rank)
    with pytest.raises(ValueError, match="two metrics are called 'NDCG'"):
        evaluate(model, parts, metrics=[mine])
    with pytest.raises(ValueError, match="two metrics are called 'FirstRank'"):
        evaluate(model, parts, metrics=[FIRST, replace(FIRST, better="higher")])
    with pytest.raises(TypeError, match=r"holds the function 'first_rank'; write Metric\("):
        evaluate(model, parts, metrics=["NDCG", first_rank])
    # The built-in object is as good as its name.
    report = evaluate(model, parts, k=2, metrics=[BUILT_IN["NDCG"], "NDCG"])
    assert report.metrics == ("NDCG",)
    assert report.own_metrics == ()


def test_everything_built_in_is_declared():
    assert Metric is InternalMetric
    lower = {name for name in METRICS if BUILT_IN[name].better == "lower"}
    assert lower == {"Gini", "ARP"}
    statistics = [name for name in METRICS if not BUILT_IN[name].is_mean]
    assert statistics == ["Coverage", "Gini", "ACLT", "TailShare"]
    assert all(BUILT_IN[name].range == (0, 1) for name in METRICS)


def test_popularity_as_a_metric_of_ones_own_equals_arp():
    parts = random_split(60, 50, seed=5)
    popularity = parts.popularity / parts.n_users
    own = Metric(
        "Own", per_user=lambda items, relevant, k: popularity[items].mean(), restrict="items"
    )
    report = evaluate(Popularity().fit(parts), parts, k=10, metrics=["ARP", own])
    for group in report.groups:
        assert report[group, "Own@10"] == pytest.approx(report[group, "ARP@10"], nan_ok=True)
