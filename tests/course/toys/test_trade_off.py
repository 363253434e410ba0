"""Changes in percent against numpy, aims as in the reports."""

import numpy as np
import pytest

from longtail_course.toys import trade_off_table
from longtail_lib import compare, evaluate
from longtail_lib.models import EASE, Popularity
from longtail_lib.testing import tiny_model, tiny_parts
from tests.lib.evaluation.conftest import random_split


@pytest.fixture(scope="module")
def reports():
    parts = random_split(150, 60, seed=2)
    return [evaluate(model.fit(parts), parts, k=5) for model in (Popularity(), EASE(l2=3.0))]


def test_change_is_relative_and_the_aim_is_not(reports):
    table = trade_off_table(
        reports, baseline="Popularity", accuracy="NDCG@5", aim="TailShare@5", digits=None
    )
    popular, ease = (report["NDCG@5"].value for report in reports)
    assert table["change"].to_list() == [0.0, pytest.approx(100 * (ease / popular - 1))]
    assert abs(table["change"][1]) > 1
    np.testing.assert_allclose(
        table.select("aim", "aim_low", "aim_high").to_numpy(),
        [report["TailShare@5"][:3] for report in reports],
    )


def test_intervals_are_those_of_paired_users(reports):
    found = compare(reports, baseline="EASE", metrics=["NDCG@5"], seed=3)
    row = found["Popularity", "overall", "NDCG@5"]
    table = trade_off_table(
        reports, baseline="EASE", accuracy="NDCG@5", aim="TailShare@5", digits=None, seed=3
    )
    ends = table.filter(model="Popularity").select("change_low", "change_high").row(0)
    base = reports[1]["NDCG@5"].value
    assert ends == pytest.approx((100 * row.low / base, 100 * row.high / base))
    assert ends[0] < ends[1]


def test_percent_of_nothing_is_refused():
    parts = tiny_parts()
    wrong = tiny_model()
    # First d, d and e, which nobody chose in test.
    wrong.scores_ = np.array([[0, 0, 0, 1, 0, 0]] * 2 + [[0, 0, 0, 0, 1, 0]], dtype=np.float32)
    report = evaluate(wrong, parts, k=1, name="wrong")
    right = evaluate(tiny_model(), parts, k=1)
    with pytest.raises(ValueError, match="NDCG@1 of wrong is 0"):
        trade_off_table([report, right], baseline="wrong", accuracy="NDCG@1", aim="Coverage@1")
