"""Whether results measured anew agree with stored ones, and what cannot be compared."""

from dataclasses import replace

import pytest

from longtail_course.experiments import check_drift
from longtail_lib.benchmark import BenchmarkProtocol, Contestant, run_benchmark
from longtail_lib.simulation import PRESETS, simulate

SMALL = simulate(replace(PRESETS["music"], n_users=150, n_items=700), seed=1)
OTHER = simulate(replace(PRESETS["music"], n_users=150, n_items=700), seed=2)
LINEAR = Contestant("EASE", "longtail_lib.models:EASE", space={"l2": ("log", 10.0, 3000.0)})
ONE = BenchmarkProtocol(splits=("random",), seeds=(0,), trials=2)


@pytest.fixture(scope="module")
def results():
    protocol = BenchmarkProtocol(splits=("random",), seeds=(0, 1), trials=2)
    return run_benchmark(SMALL, ["Random", "Popularity", LINEAR], protocol=protocol)


def test_the_same_models_measured_again_agree(results):
    again = run_benchmark(SMALL, ["Popularity", LINEAR], protocol=ONE, tuned=results)
    assert check_drift(results, again) == []


def test_a_worse_model_drifts(results):
    worse = Contestant("EASE", "longtail_lib.models:Random")
    fresh = run_benchmark(SMALL, [worse], protocol=ONE, baseline="")
    drifts = check_drift(results, fresh)
    assert any(drift[:4] == ("random", "EASE", "overall", "NDCG@10") for drift in drifts)
    assert "stored" in str(drifts[0])


def test_drift_of_other_data_or_models_is_refused(results):
    with pytest.raises(ValueError, match="other data"):
        check_drift(results, run_benchmark(OTHER, ["Popularity"], protocol=ONE))
    with pytest.raises(ValueError, match="none of these models"):
        check_drift(results, run_benchmark(SMALL, ["ItemKNN"], protocol=ONE))
