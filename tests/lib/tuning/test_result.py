"""The result shows what was found, and survives JSON."""

import json
import re

import pytest

from longtail_lib.tuning import Objective, Tuning

OVERALL, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@10")


@pytest.fixture
def tuning(made_trial):
    trials = (
        made_trial(0, 0.30, 0.01, l2=200.0, loss="bpr"),
        made_trial(1, None, l2=1.23456789, loss=None),
        made_trial(2, 0.299, 0.02, l2=350.0, loss="bpr"),
    )
    objective = Objective.of(TAIL, {"metric": OVERALL, "at_least": 0.99})
    protocol = {"dataset": "shop", "fingerprint": "0f"}
    return Tuning("EASE", objective, {}, {"top_weights": 9}, 5, protocol, trials)


def test_the_best_under_the_constraint(tuning):
    assert tuning.best.number == 2
    assert tuning.best_params == {"top_weights": 9, "l2": 350.0, "loss": "bpr"}
    assert tuning.best_value == 0.02


def test_the_frame(tuning):
    frame = tuning.trials
    assert frame.columns == [
        "number",
        "l2",
        "loss",
        "tail NDCG@10",
        "tail NDCG@10 low",
        "tail NDCG@10 high",
        "overall NDCG@10",
        "overall NDCG@10 low",
        "overall NDCG@10 high",
        "seconds",
        "state",
        "reason",
    ]
    assert frame.row(1) == (1, 1.23456789, None, *[None] * 6, 0.1, "failed", "no luck")
    assert frame["overall NDCG@10"].to_list() == [0.30, None, 0.299]


def test_a_parameter_of_words_and_numbers_or_with_a_taken_name(made_trial):
    trials = (made_trial(0, 0.3, seconds=1, mix="a"), made_trial(1, 0.3, seconds=2, mix=4))
    frame = Tuning("X", Objective.of("NDCG@10"), {}, {}, 0, {}, trials).trials
    assert frame["mix"].to_list() == ["a", "4"]
    assert frame["parameter seconds"].to_list() == [1, 2]


def test_what_is_printed(tuning):
    assert repr(tuning).split("\n") == [
        "Tuning of EASE on 'shop' validation: 3 trials, 1 failed",
        "best: l2=350, loss=bpr (trial 2), tail NDCG@10 0.0200 [0.0100, 1.0000]",
        "with overall NDCG@10 at least 99% of the best of all trials: 0.2990, needed 0.2970",
        "trial  l2     loss  tail NDCG@10             overall NDCG@10          state",
        "0      200    bpr   0.0100 [0.0050, 1.0000]  0.3000 [0.1500, 1.0000]  complete",
        "1      1.235  None  –                        –                        failed: no luck",
        "2      350    bpr   0.0200 [0.0100, 1.0000]  0.2990 [0.1495, 1.0000]  complete",
    ]


def test_seconds_are_not_shown(tuning):
    assert "0.1" not in re.sub(r"0\.1\d\d\d", "", repr(tuning))
    assert "seconds" not in tuning._repr_html_()


def test_html_marks_the_best_and_escapes(tuning):
    html = tuning._repr_html_()
    bold = re.findall(r"<tr><th[^>]*>(\d+)</th><td style='[^']*bold", html)
    assert bold == ["2"]
    assert "Tuning of EASE on &#x27;shop&#x27;" in html


def test_a_long_table_is_cut_to_the_best(made_trial):
    trials = tuple(made_trial(number, number / 100, x=number) for number in range(30))
    tuning = Tuning("X", Objective.of("NDCG@10"), {}, {}, 0, {}, trials)
    lines = repr(tuning).split("\n")
    assert [int(line.split()[0]) for line in lines[3:-1]] == list(range(29, 9, -1))
    assert lines[-1] == "and 10 trials that were no better"
    assert "and 10 trials" in tuning._repr_html_()
    assert len(tuning.trials) == 30


def test_json_and_back(tuning):
    text = tuning.to_json()
    back = Tuning.from_json(text)
    assert back.to_json() == text
    assert repr(back) == repr(tuning)
    assert back.trials.equals(tuning.trials)
    assert back.best_params == tuning.best_params
    assert back.model is None
    assert json.loads(text)["trials"][0]["parameters"] == {"l2": 200.0, "loss": "bpr"}


@pytest.mark.parametrize("text", ["nothing", "{}", '{"format": 2}'])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="not a trial table written by tune"):
        Tuning.from_json(text)


def test_nothing_complete(made_trial):
    tuning = Tuning("X", Objective.of("NDCG@10"), {}, {}, 0, {}, (made_trial(0, None, x=1),))
    assert "no trial is complete" in repr(tuning)
    with pytest.raises(ValueError, match="no trial is complete"):
        _ = tuning.best_params
