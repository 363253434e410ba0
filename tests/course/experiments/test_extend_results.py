"""Recommenders that are added to stored results: as if all had been measured together."""

from dataclasses import replace

import pytest

from longtail_course.experiments import extend_results
from longtail_lib.benchmark import (
    BenchmarkProtocol,
    BenchmarkResults,
    Contestant,
    run_benchmark,
)
from longtail_lib.simulation import PRESETS, simulate

SMALL = simulate(replace(PRESETS["music"], n_users=150, n_items=700), seed=1)
OTHER = simulate(replace(PRESETS["music"], n_users=150, n_items=700), seed=2)
TWIN = Contestant("Other", "longtail_lib.models:Random", seeded=True, twins=("ItemKNN",))


def _small(data, *models, **given):
    protocol = BenchmarkProtocol(
        splits=("random",), seeds=(0, 1), ks=(10,), metrics=("NDCG",), trials=2
    )
    return run_benchmark(data, models, protocol=protocol, baseline="Popularity", **given)


def test_extended_results_are_those_of_one_run(tmp_path):
    whole = _small(SMALL, "Popularity", "ItemKNN", TWIN)
    stored = _small(SMALL, "Popularity", "ItemKNN")
    path = tmp_path / "extended.json"
    extended = extend_results(stored, SMALL, [TWIN], out=path)
    assert list(extended.rows) == list(whole.rows)
    for key, row in whole.rows.items():
        assert extended.rows[key].values == row.values
    assert extended.rows["random", "ItemKNN"] is stored.rows["random", "ItemKNN"]
    assert extended.differences == whole.differences
    assert extended.pairs == whole.pairs
    assert BenchmarkResults.load(path).models("random") == ["Popularity", "ItemKNN", "Other"]
    assert "Other" not in stored.models("random")
    # Once more, and nothing stands there twice.
    twice = extend_results(extended, SMALL, [TWIN])
    assert twice.pairs == whole.pairs
    assert twice.differences == whole.differences


def test_results_of_other_versions_or_data_are_not_extended():
    stored = _small(SMALL, "Popularity")
    other = replace(stored, provenance={"versions": {"numpy": "1.0"}})
    with pytest.raises(ValueError, match="run the whole benchmark again"):
        extend_results(other, SMALL, ["Random"])
    with pytest.raises(ValueError, match="of other data"):
        extend_results(stored, OTHER, ["Random"])
    moved = {
        key: replace(
            row,
            by_seed={place: [value + 1 for value in found] for place, found in row.by_seed.items()},
        )
        for key, row in stored.rows.items()
    }
    with pytest.raises(ValueError, match="have left their stored intervals"):
        extend_results(replace(stored, rows=moved), SMALL, ["Random"])


def test_results_of_an_earlier_protocol_are_not_extended():
    stored = _small(SMALL, "Popularity")
    kept = {name: of for name, of in stored.protocol.items() if name not in ("ties", "refit")}
    # Nobody is measured again beside the baseline itself, so no value could tell.
    with pytest.raises(ValueError, match="do not say their refit, ties"):
        extend_results(replace(stored, protocol=kept), SMALL, ["Popularity"])
