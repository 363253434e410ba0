"""Every name of the benchmark's tables is a recommender that can be built."""

import pytest

from longtail_lib.benchmark import CONTESTANTS, Contestant, contestant
from longtail_lib.models import EASE, Popularity, Recommender, Reranked
from longtail_lib.testing import tiny_world

# They need no text, no times and no training by gradient.
CHEAP = [
    "Random",
    "Popularity",
    "RecentPopularity",
    "ItemKNN",
    "ItemKNN, for the tail",
    "ImplicitALS",
    "BPR",
    "EASE",
    "EaseScaled",
    "EaseReranked",
    "EaseScaledReranked",
]


@pytest.mark.parametrize("name", CONTESTANTS)
def test_every_name_is_built_without_a_search(name):
    each = contestant(name)
    model = each.build(seed=7)
    assert type(model) is each.model_class()
    assert isinstance(model, Recommender)
    assert not hasattr(model, "item_ids_")
    parameters = model.get_params()
    for argument, value in {**each.fixed, **each.tuned}.items():
        assert parameters[argument] == value
    # What is searched is either known or has a default.
    assert set(each.tuned) <= set(each.space)
    assert bool(each.tuned) == bool(each.space)
    for argument, wrapped in each.wraps.items():
        assert repr(parameters[argument]) == repr(contestant(wrapped).build(seed=7))
    assert each.seeded == (", seed=7" in repr(model) or "(seed=7" in repr(model))


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_ones_are_fitted_and_recommend(name):
    parts = tiny_world()
    items, _ = contestant(name).build().fit(parts).recommend(parts.user_ids, k=3)
    assert items.shape == (3, 3)


def test_what_is_given_goes_before_what_is_known():
    inner = Popularity()
    model = contestant("EaseScaledReranked").build(weight=0.25, model=inner)
    assert (model.weight, model.method) == (0.25, "xquad")
    assert model.model is inner
    assert contestant("EASE").build(l2=3.0).l2 == 3.0
    assert contestant("longtail_lib.models:EASE").build().l2 == EASE().l2


def test_what_a_search_found_reaches_what_is_wrapped():
    found = {"EaseScaledReranked": {"weight": 0.1}, "EaseScaled": {"l2": 9.0}}
    model = contestant("EaseScaledReranked").build_with(found)
    assert (model.weight, model.model.l2, model.model.popularity_exponent) == (0.1, 9.0, 0.0)


def test_names_of_another_table():
    inner = Contestant("EASE", "longtail_lib.models:EASE", fixed={"l2": 5.0})
    outer = Contestant("Around", "longtail_lib.models:Reranked", wraps={"model": inner})
    model = contestant("Around", {"Around": outer}).build()
    assert isinstance(model, Reranked)
    assert model.model.l2 == 5.0
    assert contestant(outer) is outer
    with pytest.raises(ValueError, match="unknown model 'EASE'; known are Around"):
        contestant("EASE", {"Around": outer})


@pytest.mark.parametrize(
    "name", ["json:JSONDecoder", "numpy:ndarray", "longtail_lib:evaluate", "math:pi", "os.path:sep"]
)
def test_what_is_no_recommender_is_told_so(name):
    with pytest.raises(ValueError, match=f"{name} is no recommender.*give a model as"):
        contestant(name).build()


@pytest.mark.parametrize("name", ["no_such_package:Model", "json:NoSuchName", ".json:Model"])
def test_what_cannot_be_imported_is_told_so(name):
    with pytest.raises(ValueError, match=r"cannot import .* give a model as package"):
        contestant(name).build()
