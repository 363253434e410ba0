import numpy as np
import pytest

from longtail_lib.evaluation import Comparison, Difference, Report, Value, compare, evaluate
from longtail_lib.evaluation._intervals import standard_error


@pytest.fixture(scope="module")
def case(make_random_split, scores_model):
    parts = make_random_split(300, 80, seed=0)
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((300, 80))
    hint = parts.test.toarray()
    models = {
        "plain": noise + 0.6 * hint,
        "better": noise + 0.9 * hint,
        "other": rng.standard_normal((300, 80)) + 0.6 * hint,
    }
    reports = [
        evaluate(scores_model(scores), parts, k=(5, 10), name=name)
        for name, scores in models.items()
    ]
    return parts, reports


def test_difference_is_of_the_values_and_the_interval_is_paired(case):
    _, (plain, better, other) = case
    found = compare([plain, better, other], baseline="plain")
    row = found["better", "overall", "NDCG@10"]
    assert row.difference == pytest.approx(better["NDCG@10"].value - plain["NDCG@10"].value)
    assert row.verdict == "higher"
    assert row.low > 0
    key = "overall", "NDCG@10"
    differences = better.per_user[key] - plain.per_user[key]
    half = 1.96 * differences.std() / np.sqrt(len(differences))
    assert row.low == pytest.approx(row.difference - half, abs=0.25 * half)
    assert row.high == pytest.approx(row.difference + half, abs=0.25 * half)
    # The models share their noise, so the paired interval is much narrower than an unpaired one.
    unpaired = np.hypot(*(r["NDCG@10"].high - r["NDCG@10"].low for r in (plain, better)))
    assert row.high - row.low < 0.7 * unpaired
    assert found["other", "overall", "NDCG@10"].verdict == "undecided"


def test_statistics_use_the_jackknife_of_the_difference(case):
    _, (plain, better, _) = case
    row = compare([plain, better], baseline="plain", metrics="Gini@10", groups="overall")[
        "better", "overall", "Gini@10"
    ]
    key = "overall", "Gini@10"
    error = standard_error(better.left_out[key] - plain.left_out[key])
    assert error > 0
    assert row.high - row.low == pytest.approx(2 * 1.959964 * error, rel=1e-5)


def test_swapping_model_and_baseline_swaps_the_sign(case):
    _, (plain, better, _) = case
    one = compare([plain, better], baseline="plain", metrics="Recall@5")[
        "better", "tail", "Recall@5"
    ]
    two = compare([plain, better], baseline="better", metrics="Recall@5")[
        "plain", "tail", "Recall@5"
    ]
    assert one.difference == pytest.approx(-two.difference)
    assert one.low == pytest.approx(-two.high)


def test_no_difference_is_undecided_in_every_metric(case):
    _, (plain, _, _) = case
    twin = Report.from_json(plain.to_json(per_user=True).replace('"plain"', '"twin"'))
    for row in compare([plain, twin], baseline="plain", metrics=plain.names).rows:
        if row.model == "twin":
            assert row.verdict == "undecided"
            assert row.difference == 0
            assert not row.low > 0


def test_stored_reports_compare_alike(case):
    _, (plain, better, _) = case
    stored = [Report.from_json(report.to_json(per_user=True)) for report in (plain, better)]
    assert repr(compare(stored, baseline="plain")) == repr(
        compare([plain, better], baseline="plain")
    )


def test_false_alarms_are_as_rare_as_promised(make_random_split, scores_model):
    parts = make_random_split(200, 60, seed=5)
    rng = np.random.default_rng(6)
    reports = [
        evaluate(scores_model(rng.random((200, 60))), parts, name=str(i), resamples=2)
        for i in range(120)
    ]
    # Pairs that share no model are independent.
    verdicts = [
        compare(reports[i : i + 2], baseline=str(i), groups="overall", resamples=300)
        .rows[1]
        .verdict
        for i in range(0, 120, 2)
    ]
    assert verdicts.count("undecided") >= 0.85 * len(verdicts)


@pytest.mark.parametrize(("n", "share"), [(66, 0.05), (200, 0.03), (200, 0.1), (600, 0.3)])
def test_a_handful_of_users_does_not_decide(n, share):
    # 800 comparisons in which nothing is better, side by side as groups; few users differ.
    rng = np.random.default_rng(n)
    steps = rng.choice([-1, 1], (n, 800)) * rng.beta(1, 2, (n, 800))
    differences = np.where(rng.random((n, 800)) < share, steps, 0)
    groups = tuple(map(str, range(800)))
    reports = [
        Report(
            model=name,
            metrics=("NDCG",),
            ks=(10,),
            groups=groups,
            values={(g, "NDCG@10"): Value(0.0, 0.0, 0.0, n) for g in groups},
            protocol=dict.fromkeys(
                ("part", "seen items", "fingerprint", "groups fingerprint"), "same"
            ),
            user_rows=np.arange(n),
            per_user={(g, "NDCG@10"): sign * differences[:, int(g)] for g in groups},
        )
        for name, sign in (("a", 0), ("b", 1))
    ]
    rows = compare(reports, baseline="a", resamples=400).rows[800:]
    assert np.mean([row.verdict != "undecided" for row in rows]) < 0.065


def test_default_metrics_and_groups(case):
    _, (plain, better, _) = case
    rows = compare([plain, better], baseline="plain").rows
    assert {row.metric for row in rows} == {"NDCG@5", "NDCG@10"}
    assert {row.group for row in rows} == {"overall", "head", "mid", "tail"}
    assert [row.verdict for row in rows if row.model == "plain"] == ["baseline"] * 8


def test_table_text_and_html(case):
    _, reports = case
    found = compare(reports, baseline="plain", metrics="NDCG@10")
    frame = found.to_frame()
    assert frame.height == 12
    assert frame["difference"].to_list()[:4] == [0, 0, 0, 0]
    assert "+0." in repr(found)
    assert "baseline" in repr(found)
    html = found._repr_html_()
    assert html.count("<tr>") == 13
    assert "higher" in html


def test_refuses_what_cannot_be_compared(case, scores_model, make_random_split):
    parts, (plain, better, _) = case
    model = scores_model(np.random.default_rng(0).random((300, 80)))
    with pytest.raises(ValueError, match="two or more reports"):
        compare([plain], baseline="plain")
    with pytest.raises(ValueError, match="different model names"):
        compare([plain, plain], baseline="plain")
    with pytest.raises(KeyError, match="no report of the baseline 'EASE'; there are plain, better"):
        compare([plain, better])
    with pytest.raises(ValueError, match="differ in ks"):
        compare([plain, evaluate(model, parts, k=5, name="x")], baseline="plain")
    with pytest.raises(ValueError, match="differ in metrics"):
        compare(
            [plain, evaluate(model, parts, k=(5, 10), metrics=["NDCG"], name="x")],
            baseline="plain",
        )
    other = make_random_split(300, 80, seed=9)
    with pytest.raises(ValueError, match=r"measured differently \(fingerprint"):
        compare([plain, evaluate(model, other, k=(5, 10), name="x")], baseline="plain")
    with pytest.raises(ValueError, match=r"measured differently \(part"):
        compare(
            [plain, evaluate(model, parts, k=(5, 10), part="validation", name="x")],
            baseline="plain",
        )
    with pytest.raises(ValueError, match=r"measured differently \(groups fingerprint"):
        compare(
            [plain, evaluate(model, parts, k=(5, 10), groups={"head": 0.1}, name="x")],
            baseline="plain",
        )
    with pytest.raises(ValueError, match="lacks the numbers"):
        compare([plain, Report.from_json(better.to_json())], baseline="plain")
    with pytest.raises(KeyError, match="unknown metric 'F1@10'"):
        compare([plain, better], baseline="plain", metrics="F1@10")
    with pytest.raises(KeyError, match="unknown group 'cold'"):
        compare([plain, better], baseline="plain", groups="cold")
    with pytest.raises(KeyError, match="models: plain, better"):
        compare([plain, better], baseline="plain")["worse", "tail", "NDCG@10"]


def test_rounding_leaves_no_negative_zero():
    rows = [Difference("own", "tail", "NDCG@10", 0.1, -0.00001, -0.00002, 0.3, 9, "undecided")] * 3
    frame = Comparison("base", tuple(rows), 0.95).to_frame()
    assert not np.signbit(frame.select("difference", "low").to_numpy()).any()
    assert frame["high"].to_list() == [0.3] * 3
