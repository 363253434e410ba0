"""How a feedback loop was simulated, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from longtail_course.worlds.feedback_round import Behaviour
from longtail_course.worlds.taste_groups import UserTaste
from longtail_lib.evaluation._protocol import fingerprint
from longtail_lib.models import Recommender
from longtail_lib.preprocessing import Split
from longtail_lib.ranking import id_keys
from longtail_lib.tail import gini

__all__ = ["describe_feedback", "log_fingerprint"]


def describe_feedback(
    model: Recommender, parts: Split, taste: UserTaste, behaviour: Behaviour
) -> dict[str, Any]:
    """State how a feedback loop is simulated, in the order in which a reader wants it.

    Parameters
    ----------
    model : Recommender
        Unfitted.
    parts : Split
        As it is before the first round.
    taste : UserTaste
    behaviour : Behaviour
    """
    bias, exploration = behaviour.position_bias, behaviour.exploration
    tail = taste.groups.mask(taste.groups.names[-1])
    popularity = parts.popularity
    share = popularity[tail].sum() / parts.train.nnz
    return {
        "dataset": parts.name or "unnamed",
        "model": repr(model),
        "start": (
            f"{parts.train.nnz:,} train interactions, Gini of popularity "
            f"{gini(popularity):.4f}, share of the tail {share:.4f}"
        ),
        "users": f"{behaviour.users_per_round or parts.n_users:,} of {parts.n_users:,}",
        "catalogue": f"{parts.n_items:,} items, ranked in full",
        "seen items": "masked: interactions of the user in train, choices included",
        "k": behaviour.k,
        "looking": (
            f"at rank r with probability r^-{bias:g}" if bias else "at every place of the list"
        ),
        "choosing": (
            "with the true preference, "
            + ("every item looked at" if behaviour.choose == "every" else "up to the first choice")
        ),
        "rejected items": (
            "may be recommended again"
            if behaviour.repeat_rejected
            else "masked: looked at and not chosen in an earlier round"
        ),
        "exploration": f"{exploration:g} of the places show an unseen item drawn uniformly",
        "groups": f"{taste.groups.definition}, counted at the start",
        "tastes": taste.definition,
        "satisfaction": "mean over users of the mean true preference of what was recommended",
        "seed": behaviour.seed,
        "fingerprint": log_fingerprint(parts),
    }


def log_fingerprint(parts: Split) -> str:
    """Short hash of the ids and the train part, which tells whether two loops began alike."""
    ids = [id_keys(ids).view(np.int32) for ids in (parts.user_ids, parts.item_ids)]
    return fingerprint(*ids, parts.train.indptr, parts.train.indices)
