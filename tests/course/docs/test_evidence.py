"""docs/evidence.md is what the stored results say, and the library still gives it."""

import re
from pathlib import Path

import pytest

from longtail_course.build.evidence import EVIDENCE, evidence_files
from longtail_course.experiments import check_drift, stored_results
from longtail_lib.benchmark import CONTESTANTS, BenchmarkProtocol, run_benchmark

ROOT = Path(__file__).resolve().parents[3]
# What is measured anew here, on one seed: what needs no training by gradient. Nothing re-ranked,
# where single hits among tail items of almost equal scores depend on the last bit.
REDUCED = ["Random", "Popularity", "ItemKNN", "EASE", "EaseScaled"]


PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
# What a model can be compared with: whom it has to beat, or the same model without the new thing.
BASELINES = r"EASE|`EaseScaled`|`TwoTower`|Popularity|`SASRecBCE`|starts from scratch"


def test_words_come_before_tables_and_every_bold_sentence_names_its_baseline():
    words, tables = PAGE.split("<!-- evidence: begin -->")
    assert "|" not in words
    splits = [{how for how, _ in stored_results(name).rows} for name in EVIDENCE]
    assert tables.count("| against |") == sum(map(len, splits))
    bold = re.findall(r"\*\*(.+?)\*\*", words)
    assert len(bold) >= 8
    assert [sentence for sentence in bold if not re.search(BASELINES, sentence)] == []


def test_the_page_says_how_a_row_is_built():
    assert '`contestant("EaseScaled").build()`' in PAGE
    named = re.findall(r"^\| (\w+)(?:, for the tail)? \| \.", PAGE, re.M)
    assert len(named) > 80
    assert set(named) <= {name.partition(",")[0] for name in CONTESTANTS}


def test_page_and_pictures_are_made_from_the_stored_results():
    for path, content in evidence_files(ROOT).items():
        if path.suffix == ".png":
            assert path.is_file()
        else:
            assert path.read_bytes() == content, "run: python -m longtail_course.build evidence"


@pytest.mark.parametrize("name", EVIDENCE)
def test_stored_results_say_where_they_come_from(name):
    results = stored_results(name)
    assert results.dataset["name"].startswith(name)
    assert results.dataset["sha256"]
    assert len(results.protocol["seeds"]) >= 3
    assert results.protocol["refit"]
    assert results.protocol["ties"] == "random"
    assert set(results.protocol["splits"]) == {how for how, _ in results.rows}
    # Last.fm has no times.
    assert name == "lastfm" or "leave-last-out" in results.protocol["splits"]
    assert results.provenance["versions"]["numpy"]
    for key, row in results.rows.items():
        if row.tuning["trials"]:
            assert row.tuning["seconds"] > 0, key


@pytest.mark.parametrize(
    ("name", "how", "models"),
    [
        ("shop", "random", REDUCED),
        ("shop", "leave-last-out", REDUCED),
        # Real data that are embedded, and the pretrained reader of their texts.
        ("online-retail", "leave-last-out", [*REDUCED, "EaseTextCollective"]),
        pytest.param("movielens-small", "random", REDUCED, marks=pytest.mark.real_data),
        pytest.param("movielens-small", "leave-last-out", REDUCED, marks=pytest.mark.real_data),
    ],
)
def test_measured_anew_nothing_has_drifted(name, how, models):
    results = stored_results(name)
    protocol = BenchmarkProtocol(**{**results.protocol, "splits": (how,), "seeds": (0,)})
    fresh = run_benchmark(name, models, protocol=protocol, tuned=results)
    assert [str(drift) for drift in check_drift(results, fresh)] == []
    # Closed forms have no chance in them: they agree far more closely than their intervals.
    for model in set(models) - {"Random", "ItemKNN"}:
        key = "overall", "NDCG@10"
        again, before = (found[how, model].by_seed[key][0] for found in (fresh, results))
        assert again == pytest.approx(before, abs=5e-4), model
