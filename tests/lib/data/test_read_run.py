"""TREC's files against ranx, and what is wrong with them by name."""

import gzip

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_lib.data import read_qrels, read_run
from longtail_lib.evaluation import evaluate
from longtail_lib.preprocessing import Split

RUN = "u1 Q0 d3 1 9.5 mine\nu1\tQ0\td1  2 7 mine\n\nu2 Q0 d1 1 -0.25 mine\n"


def test_fields_are_read_whatever_the_white_space(tmp_path):
    (tmp_path / "a.run").write_text(RUN)
    run = read_run(tmp_path / "a.run")
    assert run.columns == ["user_id", "item_id", "score"]
    assert run.rows() == [("u1", "d3", 9.5), ("u1", "d1", 7.0), ("u2", "d1", -0.25)]


def test_packed_and_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.run").write_text(RUN)
    with gzip.open(tmp_path / "a.run.gz", "wb") as file:
        file.write(RUN.replace("\n", "\r\n").encode("utf-8-sig"))
    assert read_run(str(tmp_path / "a.run.gz")).equals(read_run(tmp_path / "a.run"))


def test_ids_are_integers_where_all_are_written_so(tmp_path):
    (tmp_path / "a.run").write_text("7 Q0 007 1 1 x\n-3 Q0 12 2 1 x\n")
    run = read_run(tmp_path / "a.run")
    assert run["user_id"].to_list() == [7, -3]
    assert run["item_id"].to_list() == ["007", "12"]


@pytest.mark.slow
def test_measured_as_ranx_measures_the_same_files(tmp_path):
    # Importing and compiling it takes most of the time.
    ranx = pytest.importorskip("ranx")
    rng = np.random.default_rng(0)
    relevance = rng.integers(0, 4, (25, 40)) * (rng.random((25, 40)) < 0.2)
    relevance[:, 0] = 1
    scores = rng.permutation(1000).reshape(25, 40) / 7
    shown = rng.random((25, 40)) < 0.5
    with (tmp_path / "a.run").open("w") as run, (tmp_path / "a.qrels").open("w") as qrels:
        for user, item in np.ndindex(25, 40):
            if shown[user, item]:
                # The rank is nonsense: nobody reads it.
                run.write(f"q{user:02} Q0 d{item:02} 0 {scores[user, item]} test\n")
            if relevance[user, item] or rng.random() < 0.1:
                qrels.write(f"q{user:02} 0 d{item:02} {relevance[user, item]}\n")
    judged = read_qrels(tmp_path / "a.qrels")
    users, items = (judged[name].unique().sort() for name in ("user_id", "item_id"))
    users, items = users.to_numpy().astype(str), np.array([f"d{item:02}" for item in range(40)])
    places = np.searchsorted(users, judged["user_id"]), np.searchsorted(items, judged["item_id"])
    test = csr_matrix((judged["rating"], places), shape=(25, 40))
    parts = Split.from_matrices(csr_matrix((25, 40)), test, user_ids=users, item_ids=items)
    names = {
        "HitRate": "hit_rate",
        "Recall": "recall",
        "Precision": "precision",
        "MRR": "mrr",
        "MAP": "map",
        "NDCGLinear": "ndcg",
        "NDCGExponential": "ndcg_burges",
    }
    report = evaluate(read_run(tmp_path / "a.run"), parts, k=(5, 20), metrics=list(names))
    expected = ranx.evaluate(
        ranx.Qrels.from_file(str(tmp_path / "a.qrels"), kind="trec"),
        ranx.Run.from_file(str(tmp_path / "a.run"), kind="trec"),
        [f"{name}@{cut}" for cut in (5, 20) for name in names.values()],
    )
    assert 0.05 < expected["ndcg@5"] < 0.95
    for cut in (5, 20):
        for ours, theirs in names.items():
            found = report[f"{ours}@{cut}"].value
            assert found == pytest.approx(expected[f"{theirs}@{cut}"], abs=1e-6), ours


@pytest.mark.parametrize(
    ("read", "content", "said"),
    [
        (
            read_run,
            b"u1 Q0 d1 1 0.5 x\n\nu1 0 d2 1\n",
            "row 3: 4 fields, expected 6 .*qid Q0",
        ),
        (
            read_run,
            b"u1 Q0 d1 1 0.5 x\nu1 Q0 d2 2 high x\n",
            "row 2: the score 'high' is not",
        ),
        (read_run, b"u1 Q0 d1 1 nan x\n", "row 1: the score 'nan' is not a finite number .1 such"),
        (read_run, b"\n \n", "a.run is empty: expected lines of qid Q0 docno rank score tag"),
        (read_run, b"u1 Q0 d1 1 0.5 x\nu\xff Q0 d1 1 1 x\n", "row 2: byte 0xff is not utf-8"),
        (read_qrels, b"u1 Q0 d1 1 0.5 x\n", "row 1: 6 fields, expected 4 .*qid 0 docno relevance"),
        (read_qrels, b"u1 0 d1 yes\n", "row 1: the relevance 'yes' is not a finite number"),
    ],
)
def test_mistakes_are_named(tmp_path, read, content, said):
    (tmp_path / "a.run").write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read(tmp_path / "a.run")


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*gone\.run; check the path"):
        read_run(tmp_path / "gone.run")
    whole = gzip.compress(RUN.encode() * 100)
    for content in (whole[:-20], b"no gzip"):
        (tmp_path / "a.run.gz").write_bytes(content)
        with pytest.raises(ValueError, match=r"a.run.gz is a damaged gzip file"):
            read_run(tmp_path / "a.run.gz")
