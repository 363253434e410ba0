"""What lesson 08 tells holds on the shop, and would not hold for zeros or for Popularity."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from longtail_course.checks import baselines
from longtail_lib import compare, evaluate, load_dataset, prepare, split
from longtail_lib.models import EASE, ImplicitALS, ItemKNN, Popularity
from longtail_lib.testing import tiny_parts

NDCG, TAIL = ("overall", "NDCG@10"), ("tail", "NDCG@100")


@pytest.fixture(scope="module")
def small():
    """Interactions of the baskets in the lesson, as a split."""
    train = csr_matrix(baselines.BASKETS.astype(np.float32))
    none = csr_matrix(train.shape, dtype=np.float32)
    ids = np.arange(train.shape[0]), np.arange(train.shape[1])
    return replace(
        tiny_parts(),
        train=train,
        validation=none,
        test=none,
        user_ids=ids[0],
        item_ids=ids[1],
        items=None,
        users=None,
        times=None,
    )


@pytest.mark.parametrize("shrinkage", [0.0, 1.0, 10.0])
def test_the_similarity_to_write_is_that_of_the_library(small, shrinkage):
    theirs = ItemKNN(shrinkage=shrinkage).fit(small).weights_.toarray()
    ours = baselines.shrunk_cosine.solution(baselines.BASKETS, shrinkage)
    assert ours.max() > 0
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("l2", [1.0, 20.0])
def test_the_weights_to_write_are_those_of_the_library(small, l2):
    ours = baselines.ease_weights.solution(baselines.BASKETS, l2)
    assert ours.max() > 0
    np.testing.assert_allclose(ours, EASE(l2).fit(small).weights_, atol=1e-5)


@pytest.fixture(scope="module")
def clean():
    return prepare(load_dataset("shop", truth=False), min_rating=4, min_user_interactions=5)


@pytest.fixture(scope="module")
def reports(clean):
    parts = split(clean, how="random")
    models = {
        "Popularity": Popularity(),
        "ItemKNN": ItemKNN(),
        "ALS, as delivered": ImplicitALS(100, 0.01, 1.0),
        "ALS": ImplicitALS(),
        "EASE": EASE(),
        "EASE, scaled": EASE(popularity_exponent=0.25),
        "EASE, equal lengths": EASE(popularity_exponent=0.5),
    }
    return {
        name: evaluate(model.fit(parts), parts, k=(10, 100), name=name)
        for name, model in models.items()
    }


@pytest.mark.slow
def test_two_settings_move_als_from_behind_popularity_to_the_front(reports):
    found = compare(list(reports.values()), baseline="Popularity", groups="overall")
    assert found["ALS, as delivered", *NDCG].verdict == "lower"
    assert found["ALS", *NDCG].verdict == "higher"
    against = compare(list(reports.values()), baseline="ItemKNN", groups="overall")
    assert against["ALS", *NDCG].verdict == "higher"
    assert reports["ALS"][NDCG].value > 3 * reports["ALS, as delivered"][NDCG].value


@pytest.mark.slow
def test_a_moderate_exponent_costs_nothing_and_reaches_more(reports):
    found = compare(list(reports.values()), baseline="EASE", metrics=["NDCG@10", "NDCG@100"])
    assert found["EASE, scaled", *NDCG].verdict != "lower"
    assert found["EASE, scaled", *TAIL].verdict == "higher"
    coverage = {name: report["Coverage@10"].value for name, report in reports.items()}
    assert coverage["EASE, scaled"] > 2 * coverage["EASE"] > 0


@pytest.mark.slow
def test_a_large_exponent_pays_for_the_tail_with_the_rest(reports):
    found = compare(list(reports.values()), baseline="EASE", metrics=["NDCG@10", "NDCG@100"])
    assert found["EASE, equal lengths", *NDCG].verdict == "lower"
    assert reports["EASE, equal lengths"][TAIL].value > 2 * reports["EASE, scaled"][TAIL].value > 0


@pytest.mark.slow
def test_the_gain_of_time_decay_on_validation_is_not_found_on_test(clean):
    parts = split(clean, how="temporal")
    models = {days: Popularity(days).fit(parts) for days in (None, 60, 7)}
    chosen = {
        days: evaluate(model, parts, part="validation")[NDCG].value
        for days, model in models.items()
    }
    assert max(chosen, key=chosen.get) == 60
    on_test = [evaluate(model, parts, name=f"{days}") for days, model in models.items()]
    found = compare(on_test, baseline="None", groups="overall")
    assert found["60", *NDCG].verdict == "undecided"
    assert found["7", *NDCG].verdict == "lower"
