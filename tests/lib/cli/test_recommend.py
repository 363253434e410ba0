"""`longtail recommend`: the lists of a saved model."""

import json
import re

import numpy as np
import pytest

from longtail_lib.models import EASE, Popularity, Recommender
from longtail_lib.preprocessing import Split


@pytest.fixture(scope="module")
def world():
    train = np.random.default_rng(0).random((30, 12)) < 0.4
    # One who has seen all items but two.
    train[3] = [True] * 10 + [False] * 2
    return Split.from_matrices(train, item_ids=[f"i{place:02}" for place in range(12)])


@pytest.fixture(scope="module")
def model(world):
    return EASE(l2=5.0).fit(world)


@pytest.fixture
def saved(model, tmp_path):
    return model.save(tmp_path / "ease.npz")


def table(out):
    head, *rows = (line.split("\t") for line in out.splitlines())
    assert head == ["user_id", "item_id", "rank", "score"]
    return rows


def test_lists_are_those_of_the_model(saved, model, type_command):
    code, out, err = type_command("recommend", saved, "--user", 7, 2, "--k", 4)
    assert (code, err) == (0, "")
    items, scores = model.recommend([7, 2], k=4)
    rows = table(out)
    assert [row[0] for row in rows] == ["7"] * 4 + ["2"] * 4
    assert [row[1] for row in rows] == items.ravel().tolist()
    assert [row[2] for row in rows] == ["1", "2", "3", "4"] * 2
    np.testing.assert_allclose([float(row[3]) for row in rows], scores.ravel(), rtol=1e-5)


def test_as_json(saved, model, type_command):
    _, out, _ = type_command("recommend", saved, "--users", 7, "--k", 3, "--json")
    said = json.loads(out)
    items, scores = model.recommend([7], k=3)
    assert said["model"] == repr(model)
    [own] = said["lists"]
    assert own["user_id"] == 7
    assert [each["item_id"] for each in own["items"]] == items[0].tolist()
    assert [each["score"] for each in own["items"]] == pytest.approx(scores[0].tolist())


def test_excluded_items_are_replaced_by_the_next_best(saved, model, type_command):
    longer = model.recommend([7], k=6)[0][0].tolist()
    barred = [longer[0], longer[2], longer[0]]
    _, out, _ = type_command("recommend", saved, "--user", 7, "--k", 3, "--exclude", *barred)
    assert [row[1] for row in table(out)] == [longer[1], longer[3], longer[4]]


def test_only_candidates_are_shown(saved, model, type_command):
    longer = model.recommend([7], k=6)[0][0].tolist()
    some = [longer[5], longer[1], longer[3]]
    command = ["recommend", saved, "--user", 7, "--candidates", *some, "--exclude", longer[1]]
    assert [row[1] for row in table(type_command(*command)[1])] == [longer[3], longer[5]]


def test_somebody_new_by_the_items_chosen(saved, model, type_command):
    code, out, _ = type_command("recommend", saved, "--history", "i02", "i05", "--k", 3)
    assert code == 0
    items, _ = model.recommend_for([["i02", "i05"]], k=3)
    assert [row[:2] for row in table(out)] == [["new", item] for item in items[0]]


def test_a_model_that_knows_its_users_alone_says_so(saved, monkeypatch, type_command):
    monkeypatch.setattr(EASE, "_fold_in", Recommender._fold_in)
    code, out, err = type_command("recommend", saved, "--history", "i02")
    assert (code, out) == (1, "")
    assert err.startswith("longtail: EASE.recommend_for: this model knows nothing but the users")
    assert err.count("\n") == 1


def test_who_has_seen_almost_all_gets_what_is_left(saved, type_command):
    _, out, _ = type_command("recommend", saved, "--user", 3, "--k", 5)
    assert {row[1] for row in table(out)} == {"i10", "i11"}


def test_ids_of_either_type(world, tmp_path, type_command):
    parts = Split.from_matrices(world.train, user_ids=[f"u{row:02}" for row in range(30)])
    path = Popularity().fit(parts).save(tmp_path / "pop.npz")
    code, out, _ = type_command("recommend", path, "--user", "u03", "--k", 9, "--exclude", 10)
    assert code == 0
    assert [row[:2] for row in table(out)] == [["u03", "11"]]


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["--user", "77"], 1, r"unknown user id 77 .* 30 users such as 0"),
        (["--user", "anna"], 1, "user ids of this model are whole numbers such as 0, got 'anna'"),
        (["--user", "7", "--exclude", "lamp"], 1, "unknown item id 'lamp'"),
        (["--user", "7", "--k", "13"], 1, "k must lie between 1 and the 12 items"),
        (["--user", "7", "--k", "0"], 2, "--k: must be a whole number from 1"),
        (["--history", "lamp"], 1, "'lamp'"),
        (["--user", "7", "--candidates", "lamp"], 1, "'lamp'"),
        (["--user", "7", "--history", "i01"], 2, "not allowed with argument"),
        ([], 2, "one of the arguments --user/--users --history is required"),
    ],
)
def test_mistakes_are_one_line(saved, type_command, words, exit_code, said):
    code, out, err = type_command("recommend", saved, *words)
    assert (code, out) == (exit_code, "")
    assert re.fullmatch(rf"longtail: .*{said}.*\n", err), err


def test_files_that_hold_no_model(saved, tmp_path, type_command):
    (tmp_path / "text.npz").write_text("a model, honestly")
    raw = bytearray(saved.read_bytes())
    (tmp_path / "cut.npz").write_bytes(raw[: len(raw) // 2])
    for path, said in (
        (tmp_path / "gone.npz", "no saved model at"),
        (tmp_path, "no saved model at"),
        (tmp_path / "text.npz", "text.npz is not a model saved by longtail_lib, or it is damaged"),
        (tmp_path / "cut.npz", "cut.npz is not a model saved by longtail_lib, or it is damaged"),
    ):
        code, out, err = type_command("recommend", path, "--user", 1)
        assert (code, out) == (1, "")
        assert said in err
        assert err.count("\n") == 1
