"""Checks that tell a learner what is right, and which classic mistake was made.

A lesson uses them like this. The last line of the check cell shows a `Verdict`.

>>> from longtail_course.checks import start_here
>>> start_here.item_count(...)
Not yet. Set `count` to the number of interactions of item 3.

For authors of lessons
----------------------
Each lesson has one file here, named after its topic: `longtail_course/checks/start_here.py` is the
model. An exercise is a declaration, held under a public name:

>>> import numpy as np
>>> from longtail_course.checks import Exercise, FunctionExercise, Mistake
>>> head_share = Exercise(
...     task="Set `share` to the share of interactions that the two most popular items hold.",
...     given={"counts": np.array([1, 6, 3, 10])},
...     expected=lambda counts: np.sort(counts)[-2:].sum() / counts.sum(),
...     mistakes=[
...         Mistake(
...             "first two instead of most popular",
...             "The counts are not sorted yet. Which two items are the most popular?",
...             produces=lambda counts: counts[:2].sum() / counts.sum(),
...         ),
...         Mistake(
...             "divided by the number of items",
...             "Divide by the number of interactions, not of items.",
...             produces=lambda counts: np.sort(counts)[-2:].sum() / len(counts),
...         ),
...     ],
...     means="Half of the catalogue holds {expected:.0%} of the interactions.",
... )
>>> head_share(0.8)
Right. Half of the catalogue holds 80% of the interactions.
>>> head_share(0.35)
Not yet. 0.35 is too small.
Hint: The counts are not sorted yet. Which two items are the most popular?
>>> head_share(80.0)
Not yet. 80 is too large.
Hint: This looks like a percentage. A share lies between 0 and 1: do not multiply by 100.

The rules:

- `given` holds the inputs, so that the expected value and each mistake are computed by a formula
  or by the library, never typed. A notebook may pass its own inputs: `head_share(share,
  counts=counts)`. For what needs a dataset, put a small example in `given`; the tests run on it.
- A `Mistake` has either `produces` (the wrong answer, computed from `given`) or `recognises` (a
  predicate) with a `sample`. Put the mistakes that learners really make, the commonest first.
- Generic mistakes need no declaration: percent for share, the other direction of a sort, off by
  one, transposed, rounded, sign, complement, text for number, shape. See `generic_mistakes`.
- For a function the learner writes, use `FunctionExercise` with a reference, a few cases (the
  simplest first) and wrong functions as mistakes. Exceptions are told with their input.
- The answer may be a number, text, array, list, set, dictionary or frame (rows in the order
  asked for). `accepts` is for questions with several right answers.
- A check never raises. In a graded cell write `assert start_here.item_count(count)`.
- A hint says what to look at next. It does not give the solution away.

`tests/course/checks/test_every_exercise.py` finds every exercise by itself and proves that the
solution passes, the stub is told what to do, and each mistake gets its own hint. Nothing needs to
be registered. Run `pytest tests/course/checks -q` after each new exercise.

A quiz carries its explanations, and is readable without a kernel: see `quiz`. Declare the closing
one in the lesson's file as `lesson_quiz()`, and call `start_here.lesson_quiz()` in the notebook.
Written out there, it would show the answers above the question.
"""

from typing import TYPE_CHECKING

# Not lazy: the function has its module's name, and a later import would put the module there.
from longtail_course.checks.quiz import quiz as quiz
from longtail_lib._lazy_names import lazy_names

# Lazy, so that the environment check runs on a machine where NumPy is missing.
if TYPE_CHECKING:
    from longtail_course.checks.environment import check_environment as check_environment
    from longtail_course.checks.exercise import Exercise as Exercise
    from longtail_course.checks.function_exercise import FunctionExercise as FunctionExercise
    from longtail_course.checks.mistake import Mistake as Mistake
    from longtail_course.checks.verdict import Verdict as Verdict
else:
    __getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
    __all__ = [*__all__, "quiz"]
