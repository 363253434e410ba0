"""Changes of stored JSON by lot, at any depth."""

from copy import deepcopy


def places(tree, path=()):
    """Every place in a tree of JSON, as the keys that lead to it."""
    yield path
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from places(tree[key], (*path, key))


def tampered(tree, path, rng, wrong):
    """A copy in which the value at one place is gone, or one of the wrong ones."""
    *above, last = path
    copy = inner = deepcopy(tree)
    for key in above:
        inner = inner[key]
    if rng.random() < 0.2:
        del inner[last]
    else:
        inner[last] = wrong[rng.integers(len(wrong))]
    return copy
