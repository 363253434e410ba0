"""Bad input to read_table, prepare, evaluate, recommend, fit and others: one clear sentence each.

Each case states the error's type and the words that tell a user what to mend.
"""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from longtail_lib import (
    Dataset,
    compare,
    evaluate,
    load_dataset,
    prepare,
    read_table,
    split,
    tune,
)
from longtail_lib.datasets import (
    read_amazon,
    read_citeulike,
    read_lastfm,
    read_movielens,
    read_movietweetings,
    read_online_retail,
    read_recbole,
)
from longtail_lib.evaluation import Report
from longtail_lib.models import EASE, ItemKNN, NotFittedError, Popularity
from longtail_lib.testing import Tiny, tiny_model, tiny_parts

MODEL, PARTS = tiny_model(), tiny_parts()


class Broken(Tiny):
    """Scores with a NaN for one item, which may be one that the user has seen."""

    def __init__(self, column=2):
        self.column = column

    def _score(self, user_rows):
        scores = super()._score(user_rows)
        scores[:, self.column] = np.nan
        return scores


def columns(parts, n):
    """The same split over the first n items of the catalogue."""
    return replace(
        parts,
        **{part: getattr(parts, part)[:, :n] for part in ("train", "validation", "test")},
        item_ids=parts.item_ids[:n],
    )


def rows(parts, n):
    return replace(
        parts,
        **{part: getattr(parts, part)[:n] for part in ("train", "validation", "test")},
        user_ids=parts.user_ids[:n],
    )


def returning(scores):
    """A model of any other library: no more than a score method."""

    class Foreign:
        def score(self, user_rows):
            return scores(len(user_rows))

    return Foreign()


with_validation = replace(PARTS, validation=PARTS.test)


@pytest.mark.parametrize("column", [0, 2, 5])
def test_nan_scores(column):
    model = Broken(column).fit(PARTS)
    with pytest.raises(
        ValueError, match=rf"Broken.score gave NaN for user row 0, item column {column}"
    ):
        evaluate(model, PARTS, k=2)
    with pytest.raises(ValueError, match="Broken gave scores that are not a number"):
        model.recommend([0], k=2)
    # A search takes the trial for a failed one, and says why when nothing else is left.
    with pytest.raises(ValueError, match=r"all 2 trials of Broken failed.*gave NaN"):
        tune(Broken, with_validation, {"column": ("int", 0, 5)}, trials=2)


def test_one_nan_among_good_scores_is_found_in_any_block():
    n_items = PARTS.n_items

    def scores(n):
        found = np.zeros((n, n_items), np.float32)
        found[-1, 3] = np.nan
        return found

    with pytest.raises(ValueError, match="gave NaN for user row 2, item column 3"):
        evaluate(returning(scores), PARTS, k=2)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (columns(PARTS, 5), r"fitted on other items \(6\) than this split holds \(5\)"),
        (replace(PARTS, item_ids=np.array(list("uvwxyz"))), "fitted on other items"),
        (replace(PARTS, item_ids=PARTS.item_ids[::-1]), "fitted on other items"),
        (replace(PARTS, item_ids=np.arange(6)), "fitted on other items"),
        (rows(PARTS, 2), r"fitted on other users \(3\) than this split holds \(2\)"),
        (replace(PARTS, user_ids=np.arange(1, 4)), "fitted on other users"),
    ],
    ids=["fewer items", "other items", "other order", "numbers", "fewer users", "other users"],
)
def test_a_model_fitted_on_another_catalogue(other, said):
    with pytest.raises(ValueError, match=said):
        evaluate(MODEL, other, k=2)


def test_a_model_that_does_not_tell_its_catalogue_is_found_out_by_its_shape():
    with pytest.raises(ValueError, match=r"shape \(3, 5\) for 3 users, expected .*\(3, 6\)"):
        evaluate(returning(lambda n: np.zeros((n, 5), np.float32)), PARTS, k=2)
    with pytest.raises(ValueError, match="returned float64, expected float32"):
        evaluate(returning(lambda n: np.zeros((n, 6))), PARTS, k=2)
    with pytest.raises(ValueError, match="returned list"):
        evaluate(returning(lambda n: [[0.0] * 6] * n), PARTS, k=2)


@pytest.mark.parametrize("k", [0, -1, (10, 0), 2.0, "10", None, True, []], ids=repr)
def test_a_cut_off_that_is_none(k):
    with pytest.raises(ValueError, match="k must be one or several whole numbers from 1, got"):
        evaluate(MODEL, PARTS, k=k)


@pytest.mark.parametrize(
    ("k", "error"),
    [
        (0, ValueError),
        (-3, ValueError),
        (7, ValueError),
        (2.5, TypeError),
        (True, TypeError),
        ("2", TypeError),
        (None, TypeError),
    ],
    ids=repr,
)
def test_a_list_length_that_is_none(k, error):
    said = (
        "k must lie between 1 and the 6 items"
        if error is ValueError
        else "k must be a whole number"
    )
    with pytest.raises(error, match=said):
        MODEL.recommend([0], k=k)


@pytest.mark.parametrize(
    ("users", "error", "said"),
    [
        ([99], KeyError, "unknown user id 99"),
        ([0, 1.5], KeyError, "unknown user id 1.5"),
        (["0"], TypeError, "user ids of this split are numbers such as 0, got text such as '0'"),
        (None, TypeError, "user ids of this split are numbers such as 0, got None"),
    ],
)
def test_users_that_are_not_there(users, error, said):
    with pytest.raises(error, match=said):
        MODEL.recommend(users, k=2)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"candidates": ["a", "zz", "q"]}, KeyError, r"candidates: unknown item ids 'zz', 'q' .2"),
        ({"candidates": ["zz"]}, KeyError, r"leave others out with np.isin"),
        ({"candidates": [3]}, TypeError, "item ids of this split are text such as 'a', got numb"),
        ({"candidates": []}, ValueError, "no item is left to recommend: candidates is empty"),
        ({"candidates": ["a"], "exclude": ["a"]}, ValueError, "candidates less exclude hold no"),
        ({"exclude": list("abcdef")}, ValueError, "no item is left to recommend"),
        ({"exclude": [3]}, TypeError, "item ids of this split are text"),
        ({"exclude": {0: [3]}}, TypeError, "item ids of this split are text"),
        ({"exclude": {"0": ["a"]}}, TypeError, "user ids of this split are numbers"),
        (
            {"exclude": pl.DataFrame({"uid": [0], "item_id": ["a"]})},
            KeyError,
            "the frame has no column 'user_id', it has 'uid', 'item_id'; give it user_id and item",
        ),
        ({"fallback": "head"}, ValueError, "fallback must be one of 'popularity', 'none', got 'h"),
        ({"fallback": None}, TypeError, "recommend: fallback must be one of"),
        ({"exclude_seen": "no"}, TypeError, "recommend: exclude_seen must be True or False"),
    ],
)
def test_items_that_may_or_may_not_be_shown(options, error, said):
    with pytest.raises(error, match=said):
        MODEL.recommend([0], k=2, **options)


def test_an_unknown_user_among_many_is_named_and_told_where_to_go():
    with pytest.raises(KeyError, match=r"id 10000 \(1 of 2 are unknown\).*from recommend_for"):
        MODEL.recommend([0, 10_000], k=2)
    with pytest.raises(KeyError, match=r"ids 3, 4, 5, 6, 7, \.\.\. \(6 of 7 are unknown\)"):
        MODEL.recommend([0, 3, 4, 5, 6, 7, 8], k=2)


@pytest.mark.parametrize(
    ("histories", "options", "error", "said"),
    [
        (["a", "b"], {}, TypeError, r"for each user, a list of item ids.*entry is 'a'; put a sin"),
        ("ab", {}, TypeError, "histories must be a list"),
        (3, {}, TypeError, "histories must be a list with, for each user, .* got 3"),
        ([3], {}, TypeError, "an entry is 3"),
        ({0: ["a"]}, {}, TypeError, "histories must be a list"),
        ([["a"], ["zz"]], {}, KeyError, r"histories: unknown item id 'zz' \(1 of 2.*np.isin"),
        ([[3]], {}, TypeError, "item ids of this split are text such as 'a'"),
        ([["a", "b"]], {"times": [[1]]}, ValueError, r"one time for each item .* \[1\] times for"),
        ([["a"]], {"times": [[1], [2]]}, ValueError, "one time for each item of each history"),
        ([["a"]], {"times": [["monday"]]}, ValueError, "numbers or datetimes"),
        ([["a"]], {"times": [[np.nan]]}, ValueError, "none may be missing"),
        ([["a"]], {"times": 5}, TypeError, "times must be a list"),
        ([["a"]], {"k": 7}, ValueError, "k must lie between 1 and the 6 items"),
        ([["a"]], {"exclude": {0: ["a"]}}, TypeError, "belongs in their history"),
        ([["a"]], {"candidates": ["zz"]}, KeyError, "candidates: unknown item id 'zz'"),
        ([["a"]], {"fallback": "mean"}, ValueError, "recommend_for: fallback must be one of"),
        ([["a"]], {"exclude_seen": 1}, ValueError, "recommend_for: exclude_seen must be True"),
    ],
)
def test_histories_that_are_none(histories, options, error, said):
    model = ItemKNN().fit(PARTS)
    with pytest.raises(error, match=said):
        model.recommend_for(histories, **{"k": 2, **options})


def test_no_history_gives_no_list():
    items, scores = ItemKNN().fit(PARTS).recommend_for([], k=2)
    assert items.shape == scores.shape == (0, 2)


@pytest.mark.parametrize(
    ("items", "options", "error", "said"),
    [
        (["zz"], {}, KeyError, "unknown item id 'zz'"),
        ([3], {}, TypeError, "item ids of this split are text"),
        (["a"], {"k": 0}, ValueError, "k must lie between 1 and the 6 items"),
        (["a"], {"candidates": ["zz"]}, KeyError, "candidates: unknown item id 'zz'"),
        (["a"], {"exclude": list("abcdef")}, ValueError, "no item is left"),
    ],
)
def test_items_that_nothing_is_similar_to(items, options, error, said):
    with pytest.raises(error, match=said):
        ItemKNN().fit(PARTS).recommend_items(items, **{"k": 2, **options})


def test_an_empty_validation_part():
    with pytest.raises(ValueError, match=r"evaluate: the validation part .* is empty; split with"):
        evaluate(MODEL, PARTS, k=2, part="validation")
    with pytest.raises(ValueError, match=r"tune: the validation part of 'tiny' is empty"):
        tune(EASE, PARTS, {"l2": ("log", 1, 10)})


def test_an_empty_train_part():
    empty = replace(PARTS, train=PARTS.validation)
    for model in (Popularity(), EASE(), ItemKNN()):
        with pytest.raises(ValueError, match=r"train part .* is empty; check the thresholds"):
            model.fit(empty)


@pytest.mark.parametrize("metrics", [["ndcg"], "NDCG@10", ["NDCG", "Hitrate"], [3]], ids=repr)
def test_an_unknown_metric(metrics):
    with pytest.raises(
        ValueError, match=r"unknown metric .*; known are HitRate.*TailShare, NDCG.*; the cut-off"
    ):
        evaluate(MODEL, PARTS, k=2, metrics=metrics)


def test_no_metric_and_something_else():
    with pytest.raises(ValueError, match="list of length 0"):
        evaluate(MODEL, PARTS, metrics=[])
    with pytest.raises(
        TypeError, match=r"metrics must be names such as \['NDCG', 'TailShare'\], got 3"
    ):
        evaluate(MODEL, PARTS, metrics=3)


def test_an_unknown_metric_of_a_report_or_a_search():
    report = evaluate(MODEL, PARTS, k=2)
    with pytest.raises(KeyError, match="no 'ndcg@2' for 'tail'; groups: overall, head, mid, tail"):
        _ = report["tail", "ndcg@2"]
    with pytest.raises(ValueError, match="unknown metric 'ndcg@2'"):
        tune(EASE, with_validation, {"l2": ("log", 1, 10)}, metric="ndcg@2")


@pytest.mark.parametrize(
    ("model", "parts", "said"),
    [
        (Popularity, PARTS, r"the class Popularity; write Popularity\(\).fit\(parts\)"),
        (PARTS, MODEL, "the model comes first, then the split"),
        ("EASE", PARTS, r"got str; it needs a method score\(user_rows\)"),
        (None, PARTS, "got NoneType"),
        (MODEL, np.eye(6), r"takes a Split, got ndarray; make one with split\(prepare\(data\)\)"),
        (MODEL, None, "takes a Split, got NoneType"),
    ],
)
def test_something_else_than_a_model_and_a_split(model, parts, said):
    with pytest.raises(TypeError, match=said):
        evaluate(model, parts)


@pytest.mark.parametrize(
    ("lists", "error", "said"),
    [
        ({}, ValueError, "the lists are empty; give the list of at least one user"),
        ({7: ["a"]}, KeyError, "unknown user id 7 .*; leave out the lists of users that"),
        ({0: ["lamp"]}, KeyError, "unknown item id 'lamp' .*holds the whole catalogue"),
        ({0: ["a", "a"]}, ValueError, "list of user 0 holds item 'a' more than once .*best place"),
        ({0: {"a": np.nan}}, ValueError, "score of item 'a' for user 0 is missing"),
        ({0: {"a": "best"}}, TypeError, "all numbers or all text, and scores numbers"),
        ({0: None}, TypeError, "list of user 0 is NoneType, expected item ids, best first"),
    ],
)
def test_lists_that_cannot_be_measured(lists, error, said):
    with pytest.raises(error, match=said):
        evaluate(lists, PARTS, k=2)


@pytest.mark.parametrize("metric", ["NDCGExponential", "NDCGLinear"])
def test_graded_gain_without_ratings(metric):
    plain = replace(PARTS, parameters={"values": "one"})
    with pytest.raises(ValueError, match=rf"{metric} needs ratings.*values='rating'"):
        evaluate(MODEL, plain, k=2, metrics=[metric])


def test_a_dataset_instead_of_a_split():
    from longtail_lib import DatasetCard

    frame = pl.DataFrame({"user_id": [1], "item_id": [1]})
    data = Dataset(frame, frame[["item_id"]], frame[["user_id"]], DatasetCard(name="one"))
    for call in (lambda: evaluate(MODEL, data), lambda: Popularity().fit(data)):
        with pytest.raises(TypeError, match=r"takes a Split, got Dataset; make one with split"):
            call()


def test_a_model_that_is_not_fitted():
    for call in (
        lambda: evaluate(Popularity(), PARTS),
        lambda: Popularity().recommend([0]),
        lambda: Popularity().recommend_for([[0]]),
        lambda: Popularity().recommend_items([0]),
        lambda: Popularity().with_histories(PARTS),
        lambda: Popularity().score([0]),
    ):
        with pytest.raises(
            NotFittedError, match=r"Popularity is not fitted yet; call fit\(parts\)"
        ):
            call()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"part": "train"}, ValueError, "part must be 'test' or 'validation', got 'train'"),
        ({"confidence": 95}, ValueError, "confidence must lie between 0 and 1"),
        ({"confidence": "95%"}, ValueError, "confidence must lie between 0 and 1"),
        ({"resamples": 0}, ValueError, "resamples must be at least 1"),
        ({"resamples": 10.0}, ValueError, "resamples must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be a whole number from 0, got -1"),
        ({"seed": None}, ValueError, "seed must be a whole number from 0, got None"),
        ({"memory_mb": 0}, ValueError, "memory_mb=0 cannot hold"),
        ({"memory_mb": float("nan")}, ValueError, "memory_mb=nan cannot hold"),
        ({"groups": 5}, TypeError, "groups must be made by popularity_groups"),
        ({"groups": {"hed": 0.2}}, TypeError, r"some of its parameters head, tail.*got \{'hed'"),
        ({"groups": {"head": 2}}, ValueError, "shares in"),
        (
            {"fallback": "head"},
            ValueError,
            "evaluate: fallback must be one of 'popularity', 'none'",
        ),
        ({"allow_known": "yes"}, TypeError, "evaluate: allow_known must be True or False"),
    ],
)
def test_options_of_an_evaluation(options, error, said):
    with pytest.raises(error, match=said):
        evaluate(MODEL, PARTS, **{"k": 2, **options})


ONE, TWO = (evaluate(MODEL, PARTS, k=2, name=name) for name in ("one", "two"))


@pytest.mark.parametrize(
    ("reports", "options", "error", "said"),
    [
        ([ONE], {}, ValueError, r"two or more reports with different model names, got \['one'\]"),
        ([ONE, ONE], {}, ValueError, "different model names"),
        ([], {}, ValueError, "two or more reports"),
        (
            [ONE, MODEL],
            {},
            TypeError,
            "takes a list of reports as evaluate makes them, got Tiny in it",
        ),
        (ONE, {}, ValueError, "two or more reports"),
        (
            [ONE, TWO],
            {"baseline": "three"},
            KeyError,
            "no report of the baseline 'three'; there are one, two",
        ),
        (
            [ONE, TWO],
            {"metrics": "NDCG@50"},
            KeyError,
            "unknown metric 'NDCG@50'; the reports hold",
        ),
        (
            [ONE, TWO],
            {"groups": "niche"},
            KeyError,
            "unknown group 'niche'; the reports hold overall",
        ),
        (
            [ONE, TWO],
            {"confidence": 95},
            ValueError,
            "compare: confidence must lie between 0 and 1",
        ),
        ([ONE, TWO], {"resamples": 0}, ValueError, "compare: .*resamples must be at least 1"),
        ([ONE, TWO], {"seed": -1}, ValueError, "compare: seed must be a whole number"),
        (
            [ONE, evaluate(MODEL, PARTS, k=3, name="two")],
            {},
            ValueError,
            "differ in ks: .3,. and .2,.; evaluate both alike",
        ),
        (
            [
                ONE,
                evaluate(Popularity().fit(columns(PARTS, 5)), columns(PARTS, 5), k=2, name="two"),
            ],
            {},
            ValueError,
            "measured differently .fingerprint",
        ),
        (
            [ONE, evaluate(MODEL, PARTS, k=2, name="two", groups={"head": 0.5, "tail": 0.5})],
            {},
            ValueError,
            "measured differently .groups fingerprint",
        ),
        (
            [ONE, Report.from_json(TWO.to_json())],
            {},
            ValueError,
            r"two lacks the numbers of the same users; .*to_json\(per_user=True\)",
        ),
    ],
)
def test_what_cannot_be_compared(reports, options, error, said):
    with pytest.raises(error, match=said):
        compare(reports, **{"baseline": "one", **options})


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("lastfn", {}, "unknown dataset 'lastfn'; known are .* did you mean 'lastfm'"),
        (7, {}, "unknown dataset 7"),
        ("amazon", {}, "'amazon' is no dataset but a layout of many; name one .*'amazon/Toys_and"),
        ("amazon/", {}, "name one of them"),
        ("amazon/../../etc", {}, "name one of them"),
        ("shop/more", {}, "unknown dataset 'shop/more'"),
        ("online-retail", {"tags_without": [1]}, "tags_without is for 'lastfm', .*leave it out"),
        ("shop", {"tags_without": []}, "tags_without is for 'lastfm'"),
    ],
)
def test_a_name_that_is_no_dataset_and_an_option_of_another(name, options, said):
    with pytest.raises(ValueError, match=said):
        load_dataset(name, **options)


@pytest.mark.parametrize(
    ("read", "options", "said"),
    [
        (read_lastfm, {"tags": -1}, "read_lastfm: tags must be a whole number from 0, got -1"),
        (read_lastfm, {"tags": 2.5}, "read_lastfm: tags must be a whole number"),
        (read_recbole, {"user": None}, "read_recbole: user must be the name of a column, got None"),
        (read_recbole, {"rating": 3}, "read_recbole: rating must be the name of a column, or None"),
    ],
)
def test_a_reader_checks_its_parameters_before_it_looks_for_files(read, options, said):
    with pytest.raises(ValueError, match=said):
        read("nowhere", **options)


@pytest.mark.parametrize(
    "read",
    [
        *(read_amazon, read_citeulike, read_lastfm, read_movielens),
        *(read_movietweetings, read_online_retail, read_recbole),
    ],
    ids=lambda read: read.__name__,
)
def test_a_path_that_leads_nowhere(read, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read(tmp_path / "nowhere")


def test_a_half_life_without_times():
    with pytest.raises(ValueError, match="half_life=7 needs timestamps"):
        Popularity(half_life=7).fit(PARTS)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("separator", ""),
        ("separator", "a\nb"),
        ("separator", '"'),
        ("separator", 3),
        ("quote", ""),
        ("quote", "''"),
        ("quote", "«"),
        ("quote", 1),
        ("columns", "u,i"),
        ("columns", []),
        ("columns", ["u", 1]),
        ("item_columns", "i"),
        ("user_columns", 0.5),
    ],
)
def test_a_layout_that_no_file_has(tmp_path, argument, value):
    path = tmp_path / "log.csv"
    path.write_text("u,i\n1,2\n")
    with pytest.raises(ValueError, match=f"^read_table: {argument} must be .*, got "):
        read_table(path, user="u", item="i", **{argument: value})


@pytest.mark.parametrize("duplicates", ["newest", "Sum", None, True])
def test_repeats_that_become_nothing(duplicates):
    frame = pl.DataFrame({"u": [1], "i": [1]})
    data = Dataset.from_frame(frame, user="u", item="i")
    with pytest.raises(ValueError, match=r"^prepare: duplicates must be one of 'last', .*'keep'"):
        prepare(data, duplicates=duplicates)


def test_repeats_that_were_kept_cannot_be_split():
    frame = pl.DataFrame({"u": [1, 1], "i": ["a", "a"], "t": [1, 2]})
    kept = prepare(Dataset.from_frame(frame, user="u", item="i", timestamp="t"), duplicates="keep")
    with pytest.raises(ValueError, match=r"user 1 and item 'a'.*duplicates='sum' where repeats"):
        split(kept)
