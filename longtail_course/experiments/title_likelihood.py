"""A language model ranks twenty candidates by the likelihood of their titles; scores are stored.

The command

    python -m longtail_course.experiments.title_likelihood

takes users of Online Retail whose last purchase is among the first twenty of EASE on scaled
interactions, and asks SmolLM2 how likely each of the twenty titles is after the last ten titles of
the user's history, and after histories that are shuffled, another user's, or written in the titles
of other products. For each user it stores the candidates, the scores and the hash of what was
read, so that whatever is told of them can be computed again, and asked again. The model is fetched
by `longtail language fetch`. It takes about a quarter of an hour on one core.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import bootstrap

from longtail_course.experiments._table_cells import difference_cell, head_lines
from longtail_course.experiments.stored import (
    EVIDENCE,
    keep_rows,
    split_of_results,
    stored_results,
)
from longtail_lib import Split
from longtail_lib.language import (
    LanguageModel,
    LikelihoodReranker,
    other_histories,
    position_bias,
    renamed_titles,
    shuffled_histories,
)
from longtail_lib.models import Recommender, user_sequences
from longtail_lib.text import TfIdf

__all__ = ["CONDITIONS", "candidates_of", "ranking_table", "run_likelihood", "scores_by_order"]

PATH = EVIDENCE / "title_likelihood.json"
LOG, N_USERS, N_CANDIDATES, MOST_RECENT, LISTED = "online-retail", 200, 20, 10, 5
# What stands in the prompt in place of the user's own history; "renamed" are its titles, and the
# candidates', those of other products.
CONDITIONS: dict[str, Callable[[list[list[int]]], list[list[int]]]] = {
    "own history": lambda recent: recent,
    "no history": lambda recent: [[] for _ in recent],
    "shuffled": shuffled_histories,
    "another user's": other_histories,
    "renamed": lambda recent: recent,
}
_PACKAGES = ("numpy", "scipy", "keras", "tensorflow")


def candidates_of(
    model: Recommender, parts: Split, n_users: int, n_candidates: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw users whose test item is among a model's first items.

    Parameters
    ----------
    model : Recommender
        Fitted on `parts`.
    parts : Split
        With one item in test for each user.
    n_users, n_candidates, seed : int

    Returns
    -------
    rows : ndarray of int64, shape (n,)
        Of the users, ascending.
    columns : ndarray of int64, shape (n, n_candidates)
        Of the candidates, the model's best first.
    wanted : ndarray of int64, shape (n,)
        The place of the test item among them.

    Examples
    --------
    >>> from longtail_lib.models import Popularity
    >>> from longtail_lib.testing import tiny_parts
    >>> parts = tiny_parts()
    >>> rows, columns, wanted = candidates_of(Popularity().fit(parts), parts, 2, 2, seed=0)
    >>> rows.tolist(), columns.tolist(), wanted.tolist()
    ([1, 2], [[3, 2], [1, 2]], [1, 0])
    """
    users = np.flatnonzero(np.diff(parts.test.indptr))
    items, _ = model.recommend(parts.user_ids[users], n_candidates)
    columns = parts.item_rows(items.ravel()).reshape(items.shape)
    last = parts.test.indices[parts.test.indptr[users]]
    hit = np.flatnonzero((columns == last[:, None]).any(axis=1))
    chosen = np.sort(np.random.default_rng(seed).permutation(hit)[:n_users])
    return users[chosen], columns[chosen], (columns[chosen] == last[chosen, None]).argmax(axis=1)


def run_likelihood(path: Path = PATH) -> None:
    """Ask under the conditions that the stored file lacks."""
    parts = split_of_results(stored_results(LOG), "leave-last-out").final()
    ease = stored_results(LOG).build("leave-last-out", "EaseScaled").fit(parts)
    rows, columns, wanted = candidates_of(ease, parts, N_USERS, N_CANDIDATES, seed=0)
    titles = _titles(parts)
    recent = [own[own >= 0].tolist() for own in user_sequences(parts, MOST_RECENT)[rows]]
    model = LanguageModel()

    def measure(tasks: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        for (condition,) in tasks:
            print(condition, flush=True)
            yield {"condition": condition, **_asked(model, condition, recent, columns, titles)}

    about = {
        "log": LOG,
        "model": model.model_hash,
        "most recent": MOST_RECENT,
        "users": [str(each) for each in parts.user_ids[rows]],
        "histories": [[str(item) for item in parts.item_ids[own]] for own in recent],
        "candidates": [[str(item) for item in parts.item_ids[own]] for own in columns],
        "wanted": wanted.tolist(),
    }
    tasks = [(condition,) for condition in (*CONDITIONS, "listed")]
    keep_rows(path, ["condition"], tasks, measure, about, _PACKAGES)


def _asked(
    model: LanguageModel,
    condition: str,
    recent: list[list[int]],
    columns: np.ndarray,
    titles: Sequence[str],
) -> dict[str, Any]:
    """What the model answers for all users under one condition, and the price of a user."""
    start, before = time.process_time(), model.usage
    if condition == "listed":
        answer = _listed(model, recent, columns, titles)
    else:
        told = renamed_titles(titles) if condition == "renamed" else titles
        answer = _scored(model, CONDITIONS[condition](recent), columns, told)
    price = (model.usage - before).per(len(recent))
    return {
        **answer,
        "tokens": round(price.tokens_read, 1),
        "processor_seconds": round((time.process_time() - start) / len(recent), 3),
    }


def _listed(
    model: LanguageModel, recent: list[list[int]], columns: np.ndarray, titles: Sequence[str]
) -> dict[str, Any]:
    """Let the model choose one of the first candidates by its letter, in several orders."""
    first = _written(columns[:, :LISTED], titles)
    found = position_bias(model, _written(recent, titles), first)
    return {
        "counts": found.counts.tolist(),
        "agreement": round(found.agreement, 4),
        "p_value": found.p_value,
    }


def _scored(
    model: LanguageModel, histories: list[list[int]], columns: np.ndarray, titles: Sequence[str]
) -> dict[str, Any]:
    """Score all candidates by the likelihood of their titles, and hash what was read."""
    reranker = LikelihoodReranker(model, most_recent=MOST_RECENT)
    read, offered = _written(histories, titles), _written(columns, titles)
    scores = [
        each.scores
        for at in range(0, len(read), 10)
        for each in reranker.rerank(read[at : at + 10], offered[at : at + 10])
    ]
    return {
        "read": [
            _hash(reranker.prompt(own), *ends) for own, ends in zip(read, offered, strict=True)
        ],
        "scores": [[round(float(x), 3) for x in own] for own in scores],
    }


def _written(items: Iterable[Iterable[int]], titles: Sequence[str]) -> list[list[str]]:
    return [[titles[item] for item in own] for own in items]


def scores_by_order(stored: dict[str, Any], parts: Split) -> dict[str, np.ndarray]:
    """Scores of the candidates in every order that the table compares, shape (n, 20) each.

    Parameters
    ----------
    stored : dict
        What `run_likelihood` has written.
    parts : Split
        The one that it asked about, train and validation joined.

    Returns
    -------
    dict of str to ndarray
        EaseScaled's own order, the likelihood under each condition, what is left of it without the
        title's own likelihood, and what needs no language model: words in common with the
        history, popularity and short titles.
    """
    asked = {row["condition"]: row for row in stored["rows"] if "scores" in row}
    given = {name: np.array(row["scores"]) for name, row in asked.items()}
    columns = np.array([parts.item_rows(own) for own in stored["candidates"]])
    histories = [parts.item_rows(own) for own in stored["histories"]]
    titles = _titles(parts)
    vectors = TfIdf(min_texts=1).fit(titles).encode(titles).toarray()
    words = np.array(
        [vectors[own] @ vectors[read].mean(0) for own, read in zip(columns, histories, strict=True)]
    )
    lengths = np.array([len(title.split()) for title in titles])
    return {
        "EaseScaled's own": np.tile(-np.arange(columns.shape[1]), (len(columns), 1)),
        "likelihood": given["own history"],
        "likelihood, less the title's own": given["own history"] - given["no history"],
        "likelihood, shuffled history": given["shuffled"],
        "likelihood, another user's history": given["another user's"],
        "likelihood, titles of other products": given["renamed"],
        "words in common": words,
        "popularity": parts.popularity[columns],
        "short titles first": -lengths[columns],
    }


def ranking_table(path: Path = PATH, parts: Split | None = None) -> str:
    """Show the mean reciprocal rank of every order as a table in Markdown.

    With 95% intervals, and paired differences from the order of `EaseScaled`, by bootstrap over
    users. Ties count as their mean.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    if parts is None:
        parts = split_of_results(stored_results(stored["log"]), "leave-last-out").final()
    orders = scores_by_order(stored, parts)
    wanted = np.array(stored["wanted"])
    ranks = {name: reciprocal_ranks(scores, wanted) for name, scores in orders.items()}
    lines = head_lines(["order of twenty", "MRR", "against EaseScaled's own"])
    for name, found in ranks.items():
        change = found - ranks["EaseScaled's own"]
        against = difference_cell(*_interval(change)) if change.any() else ""
        lines.append(f"| {name} | {found.mean():.3f} | {against} |")
    by_lot = np.mean(1 / np.arange(1, N_CANDIDATES + 1))
    lines.append(f"| by lot, expected | {by_lot:.3f} | |")
    return "\n".join(lines)


def reciprocal_ranks(scores: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """One over the rank of the wanted candidate; those with equal scores share their mean.

    Examples
    --------
    >>> reciprocal_ranks(np.array([[0.3, 0.1], [0.1, 0.1]]), np.array([1, 0]))
    array([0.5 , 0.75])
    """
    own = scores[np.arange(len(wanted)), wanted][:, None]
    above, level = (scores > own).sum(axis=1), (scores == own).sum(axis=1)
    return np.array(
        [np.mean(1 / np.arange(a + 1, a + n + 1)) for a, n in zip(above, level, strict=True)]
    )


def _interval(change: np.ndarray) -> tuple[float, float, float, str]:
    """A mean over users, its 95% interval, and what that decides."""
    found = bootstrap((change,), np.mean, n_resamples=2000, method="percentile", rng=0)
    low, high = map(float, found.confidence_interval)
    return float(change.mean()), low, high, "higher" * (low > 0) + "lower" * (high < 0)


def _titles(parts: Split) -> list[str]:
    """Titles in lower case: the catalogue shouts."""
    return [str(title).lower() for title in parts.items["title"].to_list()]


def _hash(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


if __name__ == "__main__":
    run_likelihood()
