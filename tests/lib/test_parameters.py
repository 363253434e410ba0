"""Every declared parameter refuses bad values, and says whose it is, what was expected, what came.

The walk finds the public classes and functions itself, so a new model is tested when it is written.
"""

import importlib
import inspect
import math
import pkgutil
import re
from numbers import Integral, Real

import numpy as np
import pytest

import longtail_lib
from longtail_lib import models
from longtail_lib._parameters import (
    ARRAY,
    BOOLEAN,
    COLUMN,
    PAIR,
    PATH,
    SEED,
    WORDS,
    AnyOf,
    Interval,
    InvalidParameterError,
    Nullable,
    Options,
    Satisfies,
    check_parameters,
    constrained,
    constraints_of,
)
from longtail_lib.language import LanguageModel, LikelihoodReranker
from longtail_lib.models import EASE, Popularity, Recommender
from longtail_lib.models._model_file import present_names
from longtail_lib.testing import tiny_parts

PARTS = tiny_parts()


def found_everywhere(wanted):
    found = {}
    for module in pkgutil.walk_packages(longtail_lib.__path__, "longtail_lib."):
        if module.name.endswith("__main__"):
            continue
        for name, one in vars(importlib.import_module(module.name)).items():
            if getattr(one, "__module__", None) == module.name and wanted(one):
                found[name] = one
    return found


def is_checked_class(one):
    if not inspect.isclass(one) or inspect.isabstract(one) or one.__name__.startswith("_"):
        return False
    return issubclass(one, Recommender) or bool(constraints_of(one))


CLASSES = found_everywhere(is_checked_class)
FUNCTIONS = found_everywhere(lambda one: inspect.isfunction(one) and hasattr(one, "_constraints"))
NOBODY = object()


def bad_values(constraint):
    """Values that a constraint must refuse, told from what it says, not from what it accepts."""
    if isinstance(constraint, Nullable):
        return [value for value in bad_values(constraint.constraint) if value is not None]
    if isinstance(constraint, AnyOf):
        return [NOBODY, math.nan, 0.5]
    if isinstance(constraint, Options):
        return ["no such word", constraint.words[0].upper() + "!", 1, None, True, NOBODY]
    if isinstance(constraint, Satisfies):
        words = ["a", "z"] if constraint in (ARRAY, BOOLEAN, PAIR) else []
        return [NOBODY, 0.5, math.nan, *words]
    bad = [math.nan, math.inf, -math.inf, np.float32("nan"), True, False, np.True_, "1", [1], None]
    bad += [NOBODY, 1j, np.ones(2)]
    if constraint.kind is Integral:
        bad += [(constraint.low or 0) + 1.5, float((constraint.low or 0) + 1), np.float64(3.0)]
    if constraint.low is not None:
        bad += [constraint.low - 1, np.float64(constraint.low) - 1e-6]
        bad += [constraint.low] * (constraint.closed not in ("both", "left"))
    if constraint.high is not None:
        bad += [constraint.high + 1, np.float64(constraint.high) + 1e-6]
        bad += [constraint.high] * (constraint.closed not in ("both", "right"))
    return bad


def refuses(call, owner, name, constraint, value):
    with pytest.raises(InvalidParameterError) as caught:
        call()
    said = str(caught.value)
    assert said.startswith(f"{owner}: {name} must be {constraint}, got "), said
    got = said.removeprefix(f"{owner}: {name} must be {constraint}, got ")
    assert repr(value) in got or type(value).__name__ in got, said
    assert not constraint.mend or said.endswith(f"; {constraint.mend}")


def made(one, **changed):
    """An instance with its defaults; what has none gets the smallest that will do."""
    wrapped = ("model", "other", "ranker", "text")
    needed = {**dict.fromkeys(wrapped, Popularity()), "buckets": 3}
    if one is LikelihoodReranker:
        needed["model"] = LanguageModel()
    known = inspect.signature(one).parameters
    missing = {name: needed[name] for name in known if name in needed}
    return one(**{**missing, **changed})


def parameters_of(model_class):
    kinds = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD
    found = list(inspect.signature(model_class.__init__).parameters.values())[1:]
    return [one.name for one in found if one.kind not in kinds]


CASES = [(one, name) for one in CLASSES.values() for name in parameters_of(one)]


@pytest.mark.parametrize("one", CLASSES.values(), ids=CLASSES)
def test_no_parameter_is_forgotten(one):
    assert [name for name in parameters_of(one) if name not in constraints_of(one)] == []


def test_the_walk_finds_what_is_there():
    public = {name for name in models.__all__ if is_checked_class(getattr(models, name))}
    assert public <= set(CLASSES)
    assert {"EASE", "SASRec", "SemanticIds", "TextEncoder", "Whitening"} <= set(CLASSES)
    assert {"prepare", "split", "tune", "xquad"} <= set(FUNCTIONS)
    assert len(CASES) > 200


@pytest.mark.parametrize(
    ("one", "name"), CASES, ids=[f"{one.__name__}-{name}" for one, name in CASES]
)
def test_every_class_refuses_bad_values(one, name):
    constraint = constraints_of(one)[name]
    fitted = PARTS if issubclass(one, Recommender) else np.eye(9)
    for value in bad_values(constraint):
        # Some that are no recommenders are checked when they are made.
        refuses(
            lambda value=value: made(one, **{name: value}).fit(fitted),
            one.__name__,
            name,
            constraint,
            value,
        )


@pytest.mark.parametrize("one", CLASSES.values(), ids=CLASSES)
def test_defaults_are_allowed(one):
    for name, known in inspect.signature(one).parameters.items():
        if known.default is not known.empty:
            assert constraints_of(one)[name].accepts(known.default), name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_refuses_bad_values(name):
    function = FUNCTIONS[name]
    known = inspect.signature(function).parameters
    given = {n: None for n, one in known.items() if one.default is one.empty}
    for parameter, constraint in function._constraints.items():
        default = known[parameter].default
        assert default is inspect.Parameter.empty or constraint.accepts(default)
        others = {n: v for n, v in given.items() if n not in function._constraints}
        for value in bad_values(constraint):
            refuses(
                lambda value=value, parameter=parameter, others=others: check_alone(
                    function, {**others, parameter: value}
                ),
                function.__name__,
                parameter,
                constraint,
                value,
            )


def check_alone(function, arguments):
    """Call with one bad value; other constrained parameters without default get a good one."""
    for name, constraint in function._constraints.items():
        default = inspect.signature(function).parameters[name].default
        if name not in arguments and default is inspect.Parameter.empty:
            good = [0.5, 1, 2, 3, "file.json", *getattr(constraint, "words", ())]
            arguments = {**arguments, name: next(v for v in good if constraint.accepts(v))}
    return function(**arguments)


@pytest.mark.parametrize(
    ("constraint", "good"),
    [
        (Interval(Real, 0, closed="neither"), [1, 0.5, np.float32(0.1), np.int64(3)]),
        (Interval(Integral, 1), [1, np.int8(4), 10**9]),
        (Interval(Real, 0, 1), [0, 1, 0.5]),
        (Interval(Real), [-3, 1e300]),
        (Options("a", "b"), ["a", np.str_("b")]),
        (Nullable(Interval(Integral, 1), "for all"), [None, 3]),
        (AnyOf(BOOLEAN, PATH), [True, "folder"]),
        (BOOLEAN, [True, np.False_]),
        (COLUMN, ["title"]),
        (PAIR, [(0, 5), [0.5, 5.0], np.array([1, 2])]),
        (WORDS, ["a", ("a", "b"), []]),
        (ARRAY, [np.eye(2), [[1, 2]]]),
        (SEED, [0, 2**31]),
    ],
    ids=str,
)
def test_good_values(constraint, good):
    for value in good:
        assert constraint.accepts(value), value


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        (Interval(Real, 0, closed="neither"), "a positive number"),
        (Interval(Real, 0, 1, closed="neither"), "a number above 0 and below 1"),
        (Interval(Real, 0, 1, closed="right"), "a number above 0 and up to 1"),
        (Interval(Real, None, 3, closed="neither"), "a number below 3"),
        (Interval(Integral, 1, 16), "a whole number from 1 to 16"),
        (Nullable(Interval(Integral, 1), "for all"), "a whole number from 1, or None for all"),
        (AnyOf(BOOLEAN, PATH), "True or False or a path"),
    ],
    ids=str,
)
def test_what_was_expected(constraint, said):
    assert str(constraint) == said


def test_a_message_names_the_owner_the_expectation_what_came_and_the_cure():
    with pytest.raises(
        ValueError,
        match=re.escape(
            "EASE: l2 must be a positive number, got '200'; without a penalty the matrix to invert "
            "is not positive definite"
        ),
    ):
        EASE(l2="200").fit(PARTS)


def test_long_values_are_told_by_type_and_shape():
    for value, shown in (
        (np.ones((3, 2)), "ndarray of float64, shape (3, 2)"),
        ("x" * 200, "str"),
        (EASE, "EASE"),
    ):
        with pytest.raises(TypeError, match=re.escape(f"got {shown}")):
            check_parameters("owner", {"k": value}, {"k": Interval(Integral, 1)})


def test_a_subclass_inherits_and_may_narrow():
    class Narrow(EASE):
        _constraints = {"l2": Interval(Real, 10)}  # noqa: RUF012

    assert set(constraints_of(Narrow)) == {"l2", "popularity_exponent", "top_weights"}
    with pytest.raises(ValueError, match="Narrow: l2 must be a number from 10, got 5"):
        Narrow(l2=5).fit(PARTS)


def test_a_constrained_function_keeps_its_signature_and_pythons_own_complaints():
    @constrained(k=Interval(Integral, 1))
    def twice(k, *, say="no"):
        return 2 * k

    assert twice(4) == twice(k=4) == 8
    assert str(inspect.signature(twice)) == "(k, *, say='no')"
    with pytest.raises(TypeError, match=r"twice\(\) missing 1 required positional argument: 'k'"):
        twice()
    with pytest.raises(ValueError, match="twice: k must be a whole number from 1, got 0"):
        twice(0)


def test_old_names_of_stored_parameters():
    assert present_names(models.ItemKNN, {"neighbours": 3, "shrinkage": 1.0}) == {
        "n_neighbors": 3,
        "shrinkage": 1.0,
    }

    class Own:
        def __init__(self, neighbours=3):
            self.neighbours = neighbours

    assert present_names(Own, {"neighbours": 5}) == {"neighbours": 5}
