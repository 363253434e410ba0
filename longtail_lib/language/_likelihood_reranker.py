"""Re-rank candidates by how likely a language model finds their titles after a history's."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import ClassVar, NamedTuple

import numpy as np

from longtail_lib._parameters import (
    BOOLEAN,
    Constraint,
    Interval,
    Nullable,
    Satisfies,
    check_parameters,
)
from longtail_lib.language._language_model import LanguageModel
from longtail_lib.language._log_likelihood import LogLikelihood

__all__ = ["LikelihoodReranker", "RankedTitles"]

_TEMPLATE = "Products that one customer bought, one after another:\n- {history}\n-"
_TEXT = Satisfies("a text", lambda value: isinstance(value, str))
_DOMAIN = "Products that one customer bought, one after another:\n-"


class RankedTitles(NamedTuple):
    """The candidates of one user.

    Parameters
    ----------
    order : ndarray of int64, shape (m,)
        Places among the candidates, best first; equal scores keep the candidates' order.
    scores : ndarray of float64, shape (m,)
        In the candidates' own order.
    """

    order: np.ndarray
    scores: np.ndarray


class LikelihoodReranker:
    """Order candidates by the log-likelihood of their titles after the titles of a history.

    No model is trained: the score of a title y after a history x is :math:`\\log p(y | x)`. Such
    likelihoods favour what is short and what is common in texts. Two options act against that.

    Parameters
    ----------
    model : LanguageModel
    template : str
        The prompt; `{history}` stands where the titles go, oldest first. Where it ends a title
        begins.
    separator : str
        Between two titles of a history.
    ending : str
        Follows a title, so that LAMP is not more likely than LAMP SHADE for being its beginning.
    per_token : bool
        Divide by the number of tokens.
    calibrate : bool
        Subtract :math:`\\log p(y | domain)`, what the title has without a history: domain
        conditional pointwise mutual information.
    domain : str
        The prompt without a history; a template of your own needs its own.
    most_recent : int or None
        So many of a history's last titles are read.

    References
    ----------
    Holtzman, A., West, P., Shwartz, V., Choi, Y., Zettlemoyer, L. (2021). Surface form competition:
    why the highest probability answer isn't always right. EMNLP, 7038-7051.

    Zhang, Y., Ding, H., Shui, Z., Ma, Y., Zou, J., Deoras, A., Wang, H. (2021). Language models as
    recommender systems: evaluations and limitations. NeurIPS workshop I Can't Believe It's Not
    Better.

    Hou, Y., Zhang, J., Lin, Z., Lu, H., Xie, R., McAuley, J., Zhao, W. X. (2024). Large language
    models are zero-shot rankers for recommender systems. ECIR.

    Examples
    --------
    >>> reranker = LikelihoodReranker(LanguageModel(), calibrate=True)
    >>> found = reranker.rerank(  # doctest: +SKIP
    ...     [["garden spade", "watering can"]], [["phone case", "flower pot"]]
    ... )
    >>> found[0].order.tolist()  # doctest: +SKIP
    [1, 0]
    >>> reranker.prompt(["garden spade", "watering can"]).splitlines()[1:]
    ['- garden spade', '- watering can', '-']
    """

    _constraints: ClassVar[dict[str, Constraint]] = {
        "model": Satisfies(
            "a model with `log_likelihood`", lambda value: hasattr(value, "log_likelihood")
        ),
        "template": Satisfies(
            "a text with {history} once",
            lambda value: isinstance(value, str) and value.count("{history}") == 1,
        ),
        "separator": _TEXT,
        "ending": _TEXT,
        "domain": _TEXT,
        "per_token": BOOLEAN,
        "calibrate": BOOLEAN,
        "most_recent": Nullable(Interval(Integral, 1), "for all"),
    }

    def __init__(
        self,
        model: LanguageModel,
        *,
        template: str = _TEMPLATE,
        separator: str = "\n- ",
        ending: str = "\n",
        per_token: bool = False,
        calibrate: bool = False,
        domain: str = _DOMAIN,
        most_recent: int | None = 20,
    ) -> None:
        check_parameters("LikelihoodReranker", locals(), self._constraints)
        self.model = model
        self.template = template
        self.separator = separator
        self.ending = ending
        self.per_token = per_token
        self.calibrate = calibrate
        self.domain = domain
        self.most_recent = most_recent
        self._alone: dict[str, float] = {}

    def prompt(self, history: Sequence[str]) -> str:
        """Return the text that stands before each candidate; without a history, the domain."""
        if self.most_recent is not None:
            history = history[-self.most_recent :]
        if not history:
            return self.domain
        # Not `format`, which would read braces in a template that has others.
        return self.template.replace("{history}", self.separator.join(map(_one_line, history)))

    def rerank(
        self, histories: Sequence[Sequence[str]], candidates: Sequence[Sequence[str]]
    ) -> list[RankedTitles]:
        """Score and order the candidates of n users.

        Parameters
        ----------
        histories : list of lists of str, length n
            Titles, oldest first; may be empty.
        candidates : list of lists of str, length n
            At least one title for each user.

        Raises
        ------
        ValueError
            The lists differ in length, or a user has no candidate or one without a title.
        """
        if len(histories) != len(candidates):
            raise ValueError(
                f"rerank: {len(histories)} histories and {len(candidates)} lists of candidates; "
                "give one of each for every user"
            )
        for place, (history, own) in enumerate(zip(histories, candidates, strict=True)):
            if isinstance(history, str) or isinstance(own, str):
                raise TypeError(f"rerank: user {place} has one text; put titles into a list")
            if not len(own) or not all(isinstance(one, str) and one.strip() for one in own):
                raise ValueError(
                    f"rerank: user {place} needs at least one candidate, each with a title"
                )
        if not len(histories):
            return []
        prompts = [self.prompt(history) for history in histories]
        titles = [title for own in candidates for title in own]
        sizes = [len(own) for own in candidates]
        found = self._likelihood(list(np.repeat(np.array(prompts, object), sizes)), titles)
        scores = found.total.copy()
        if self.calibrate:
            scores -= self._unconditional(titles)
        if self.per_token:
            scores /= found.n_tokens
        parts = np.split(scores, np.cumsum(sizes)[:-1])
        return [RankedTitles(np.argsort(-part, kind="stable"), part) for part in parts]

    def _likelihood(self, prompts: Sequence[str], titles: Sequence[str]) -> LogLikelihood:
        after = [f" {_one_line(title)}{self.ending}" for title in titles]
        return self.model.log_likelihood(prompts, after)

    def _unconditional(self, titles: Sequence[str]) -> np.ndarray:
        """What titles have without a history; each is computed once."""
        new = list(dict.fromkeys(title for title in titles if title not in self._alone))
        if new:
            found = self._likelihood([self.domain] * len(new), new)
            self._alone |= zip(new, found.total.tolist(), strict=True)
        return np.array([self._alone[title] for title in titles])


def _one_line(title: str) -> str:
    """A line break in a title would end it early."""
    return " ".join(title.split())
