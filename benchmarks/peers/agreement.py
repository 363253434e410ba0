"""Do two libraries compute the same thing? One function a comparison, of what the sides saved."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import load_npz

Facts = dict[str, dict[str, np.ndarray]]


def item_knn(of: Facts, folder: Any) -> dict[str, Any]:
    """The similarities that stay are the same numbers; which side they are kept on is not."""
    ours = sorted_rows(of["ours"])
    return {
        f"largest_difference_of_kept_similarities_to_{name}": largest(ours, sorted_rows(facts))
        for name, facts in of.items()
        if name != "ours" and facts
    } | {
        "how": "similarities of each item, sorted; ours keeps the most similar of each candidate "
        "and they keep those of each item seen, so scores differ although similarities agree"
    }


def ease(of: Facts, folder: Any) -> dict[str, Any]:
    """Weights agree; RecTools' lists are those of our weights transposed."""
    ours, theirs = of["ours"], of["rectools"]
    rows, columns, values = (theirs[name] for name in ("rows", "columns", "values"))
    return {
        "largest_difference_of_weights": largest(ours["weights"], theirs["weights"]),
        "largest_difference_of_its_scores_to_ours": largest(ours["scores"][rows, columns], values),
        "largest_difference_of_its_scores_to_ours_with_weights_transposed": largest(
            ours["transposed"][rows, columns], values
        ),
    }


def als(of: Facts, folder: Any) -> dict[str, Any]:
    """The objective of both at the end, by one formula."""
    train = load_npz(folder / "train.npz").astype(np.float64)
    return {
        f"objective_of_{name}": round(
            als_objective(facts["users"], facts["items"], train, 5.0, 10.0), 1
        )
        for name, facts in of.items()
    } | {"how": "confidence alpha for an interaction and 1 for every other pair, in both"}


def lists(of: Facts, folder: Any) -> dict[str, Any]:
    """Every metric is the same, once NDCG is divided by what is achievable."""
    ours, theirs = of["ours"], of["rectools"]
    n_users = load_npz(folder / "train.npz").shape[0]
    per_user = {name: n_users if name.startswith("ARP") else 1 for name in ours}
    return {
        "largest_difference": max(
            float(abs(ours[name] * per_user[name] - theirs[name]) / per_user[name]) for name in ours
        ),
        "NDCG@10": float(ours["NDCG@10"]),
        "its_NDCG@10_by_default": float(theirs["plain NDCG@10"]),
        "how": "its NDCG divides by the gain of k relevant items unless divide_by_achievable is "
        "set; its popularity of an item is a number of users, ours a share of them",
    }


def read(of: Facts, folder: Any) -> dict[str, Any]:
    return {
        name: {"users": int(facts["sizes"][0]), "not_in_test": int(facts["sizes"][1]),
               "test": int(facts["test"])}
        for name, facts in of.items()
    }  # fmt: skip


def encode(of: Facts, folder: Any) -> dict[str, Any]:
    return {
        "largest_difference_of_vectors": largest(
            of["ours"]["vectors"], of["sentence-transformers"]["vectors"]
        )
    }


def largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, in two digits."""
    return float(f"{np.abs(ours - theirs).max():.1e}")


def sorted_rows(facts: dict[str, np.ndarray]) -> np.ndarray:
    """Values of each row of a sparse matrix in descending order, padded with 0."""
    data, indptr = facts["data"], facts["indptr"]
    lengths = np.diff(indptr)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    data = data[np.lexsort((-data, rows))]
    found = np.zeros((len(lengths), 100))
    places = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    kept = places < 100
    found[rows[kept], places[kept]] = data[kept]
    return found


def als_objective(
    users: np.ndarray, items: np.ndarray, train: Any, penalty: float, alpha: float
) -> float:
    """Sum over all pairs, without making them: those of no interaction by the Gram matrices."""
    users, items = users.astype(np.float64), items.astype(np.float64)
    rows, columns = train.nonzero()
    products = np.einsum("ij,ij->i", users[rows], items[columns])
    everywhere = ((users.T @ users) * (items.T @ items)).sum()
    own = (alpha * (1 - products) ** 2 - products**2).sum()
    return float(everywhere + own + penalty * ((users**2).sum() + (items**2).sum()))


OF = {
    "item_knn": item_knn,
    "item_knn_dense": item_knn,
    "item_knn_large": item_knn,
    "ease": ease,
    "als": als,
    "lists": lists,
    "lists_accuracy": lists,
    "read": read,
    "encode": encode,
}
