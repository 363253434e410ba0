"""The table of what text and pretraining add says what the stored pairs say."""

import re

import pytest

from longtail_course.experiments import stored_results
from longtail_course.experiments.stored import LOGS
from longtail_course.experiments.text_verdicts import QUESTIONS, text_verdicts


@pytest.mark.parametrize("group", ["overall", "tail"])
def test_each_cell_is_the_stored_value_or_difference(group):
    lines = text_verdicts(group).splitlines()[2:]
    wanted = [(log, how) for log in LOGS for how in stored_results(log).protocol["splits"]]
    assert [line.split(" | ")[0] for line in lines] == [f"| {log}, {how}" for log, how in wanted]
    for line, (log, how) in zip(lines, wanted, strict=True):
        results, cells = stored_results(log), line.strip("| ").split(" | ")[1:]
        values = [float(cell) for cell in cells[:3]]
        for name, value in zip(
            ("EaseScaled", "EaseWords", "EaseTextCollective"), values, strict=True
        ):
            assert results[how, name].values[group, "NDCG@10"].value == pytest.approx(
                value, abs=6e-5
            )
        for against, cell in zip(QUESTIONS, cells[3:], strict=True):
            difference, low, high = map(float, re.findall(r"[+-]\.\d+", cell))
            base = results[how, against].values[group, "NDCG@10"].value
            own = results[how, "EaseTextCollective"].values[group, "NDCG@10"].value
            assert difference == pytest.approx(own - base, abs=2e-4)
            assert low <= difference <= high
            row = results.pair(how, "EaseTextCollective", against)[group, "NDCG@10"]
            assert ("▲" in cell) == (row.verdict == "higher")
            assert ("▼" in cell) == (row.verdict == "lower")


def test_text_of_other_items_reaches_no_tail():
    """The control of the page: what is left of the gain without the item's own text."""
    for log in LOGS:
        results = stored_results(log)
        for how in results.protocol["splits"]:
            rows = results.pair(how, "EaseShuffled", "EaseScaled")
            assert rows["tail", "NDCG@10"].verdict != "higher"
