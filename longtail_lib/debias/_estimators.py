r"""Estimate from a log what recommendations are worth: naive, IPS, clipped, SNIPS, doubly robust.

Every estimator takes the cells that are to be valued, one row a user: the top-k lists of a
recommender, or the whole matrix. Cell (u, i) has an outcome :math:`y_{ui}`, known where the item
was shown, and a propensity :math:`p_{ui}`. With weights :math:`w_{ui}` the estimand is

.. math:: V = \sum w_{ui} E[y_{ui}] / \sum w_{ui} .

- With the choice (1 or 0) as outcome, V is the mean preference of what is recommended; see
  `true_value`.
- With a loss as outcome, such as (choice - prediction)^2, and the whole matrix as cells, V is the
  prediction error of Schnabel et al. (2016).

Two kinds of log. One says what was shown: then `shown` is known, and an item that was shown and
not chosen counts as a refusal. The other holds choices only (`shown=None`): an item that was not
chosen may have been refused or never been shown. `ips` needs only choices, because what was not
chosen adds nothing either way. `snips` and `doubly_robust` need to know what was shown. `naive`
on choices takes every item that was not chosen for refused.

`outcome`, `shown`, `propensity` and `weights` are described at `ips` and mean the same everywhere.
A cell that was shown with propensity 0, and shapes that do not fit, are a ValueError.

Standard errors are between users, by linearisation: they take users for a sample and their
feedback for independent. Over new logs of the same users they err on the wide side.

References
----------
Schnabel, Swaminathan, Singh, Chandak and Joachims (2016), "Recommendations as Treatments:
Debiasing Learning and Evaluation", ICML 2016.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from longtail_lib._parameters import Interval, constrained
from longtail_lib.debias._estimate import Estimate, checked_cells, inverse_propensity, ratio_of_sums

__all__ = ["clipped_ips", "doubly_robust", "ips", "naive", "snips"]


def naive(outcome: Any, shown: Any = None, *, weights: Any = None) -> Estimate:
    """Average the outcomes of what was shown, as if items had been shown at random.

    Biased where what was shown is liked more, or less, than what was not.

    Parameters
    ----------
    outcome, weights
        As in `ips`.
    shown : array of bool, shape of `outcome`, or None
        None is a log of choices only: what was not chosen counts as refused.

    Examples
    --------
    >>> naive([[1, 0], [0, 0]], [[True, True], [True, False]]).value.round(3)
    np.float64(0.333)
    >>> naive([[1, 0], [0, 0]]).value
    np.float64(0.25)
    """
    outcome, shown, weights = checked_cells(outcome, shown, weights)
    if shown is None:
        shown = np.ones(outcome.shape, dtype=bool)
    return ratio_of_sums(np.where(shown, outcome, 0) * weights, shown * weights)


def ips(outcome: Any, shown: Any, propensity: Any, *, weights: Any = None) -> Estimate:
    """Inverse propensity scoring: each outcome counts 1 / propensity times.

    Unbiased where propensities are right and above 0 in every cell. A small propensity makes a
    large variance, and an estimate may exceed 1. A cell with propensity 0 is never shown and adds
    nothing, which biases the estimate by its share of the value.

    Parameters
    ----------
    outcome : array, shape (n_users, k) or (logs, n_users, k)
        What came of a cell; ignored where the item was not shown.
    shown : array of bool, same shape, or None
        None is a log of choices only, whose outcome is 0 where nothing was chosen.
    propensity : array, broadcast to (n_users, k)
        Probability that a cell was shown.
    weights : array, shape (k,) or (n_users, k), or None
        All equal if None.

    References
    ----------
    Schnabel et al. (2016), "Recommendations as Treatments", ICML 2016.

    Examples
    --------
    >>> ips([[1, 0], [0, 0]], None, [[0.5, 0.5], [0.1, 0.5]]).value
    np.float64(0.5)

    A loss as outcome gives the prediction error:

    >>> chosen, predicted = np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])
    >>> ips((chosen - predicted) ** 2, [[True, False]], [[0.5, 0.5]]).value
    np.float64(0.25)
    """
    outcome, shown, weights = checked_cells(outcome, shown, weights)
    shown = outcome != 0 if shown is None else shown
    inverse = inverse_propensity(shown, propensity)
    return ratio_of_sums(np.where(shown, outcome, 0) * inverse * weights, weights)


@constrained(floor=Interval(Real, 0, 1, closed="right"))
def clipped_ips(
    outcome: Any, shown: Any, propensity: Any, *, floor: float = 0.05, weights: Any = None
) -> Estimate:
    """IPS with propensities raised to a floor: less variance for some bias.

    With choices as outcome the bias is downwards, by what cells below the floor lose.

    Parameters
    ----------
    outcome, shown, propensity, weights
        As in `ips`.
    floor : float
        In (0, 1]; 1 gives no weight to propensities at all.

    References
    ----------
    Saito et al. (2020), "Unbiased Recommender Learning from Missing-Not-At-Random Implicit
    Feedback", WSDM 2020, clip propensities in this way.

    Examples
    --------
    >>> clipped_ips([[1, 0], [1, 0]], None, [[0.5, 0.5], [0.01, 0.5]], floor=0.25).value
    np.float64(1.5)
    """
    return ips(outcome, shown, np.maximum(propensity, floor), weights=weights)


def snips(outcome: Any, shown: Any, propensity: Any, *, weights: Any = None) -> Estimate:
    """Self-normalised IPS: divide by the sum of 1 / propensity over what was shown.

    A weighted mean of outcomes, so it stays within their range, and a constant factor on all
    propensities does not change it. Consistent, with a bias that fades as the log grows.

    Parameters
    ----------
    outcome, shown, propensity, weights
        As in `ips`; a log of choices only (`shown=None`) is not enough.

    References
    ----------
    Swaminathan and Joachims (2015), "The Self-Normalized Estimator for Counterfactual Learning",
    NIPS 2015.

    Examples
    --------
    >>> snips([[1, 0], [0, 0]], [[True, True], [False, False]], [[0.5, 0.25]] * 2).value.round(3)
    np.float64(0.333)
    """
    if shown is None:
        raise ValueError(
            "snips: a log of choices only does not say by what to divide; pass what was shown, or "
            "use ips"
        )
    outcome, shown, weights = checked_cells(outcome, shown, weights)
    inverse = inverse_propensity(shown, propensity)
    return ratio_of_sums(np.where(shown, outcome, 0) * inverse * weights, shown * inverse * weights)


def doubly_robust(
    outcome: Any, shown: Any, propensity: Any, imputed: Any, *, weights: Any = None
) -> Estimate:
    """Impute every cell, and correct the imputation by IPS where the outcome is known.

    Unbiased if the propensities are right or the imputation is, whichever it be; both wrong, and
    nothing is promised. The better the imputation, the smaller the variance. The imputation must
    not come from the log that the estimate is made from.

    On choices only it cannot be had: with the propensity in the place of `shown`, the imputation
    cancels and IPS remains.

    Parameters
    ----------
    outcome, shown, propensity, weights
        As in `ips`; `shown=None` is not enough.
    imputed : array, broadcast to (n_users, k)
        Expected outcome of each cell, shown or not.

    References
    ----------
    Dudík, Langford and Li (2011), "Doubly Robust Policy Evaluation and Learning", ICML 2011.
    Wang, Zhang, Sun and Qi (2019), "Doubly Robust Joint Learning for Recommendation on Data
    Missing Not at Random", ICML 2019.

    Examples
    --------
    >>> doubly_robust([[1, 0]], [[True, False]], [[0.5, 0.5]], imputed=[[0.75, 0.25]]).value
    np.float64(0.75)
    """
    if shown is None:
        raise ValueError(
            "doubly_robust: a log of choices only does not say which imputations to correct; pass "
            "what was shown, or use ips"
        )
    outcome, shown, weights = checked_cells(outcome, shown, weights)
    imputed = np.broadcast_to(np.asarray(imputed, dtype=np.float64), outcome.shape)
    missed = np.where(shown, outcome - imputed, 0) * inverse_propensity(shown, propensity)
    return ratio_of_sums((imputed + missed) * weights, weights)
