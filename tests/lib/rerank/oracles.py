"""Re-ranking one user at a time in plain loops: what the array functions are checked against."""

import math

import numpy as np


def scaled(scores):
    finite = [score for score in scores if score > -math.inf]
    low, high = min(finite), max(finite)
    return [(score - low) / (high - low) if high > low else 0.0 for score in scores]


def greedy(scores, k, value):
    """Choose k positions; `value(chosen, position)` says what one more would be worth."""
    chosen = []
    left = [place for place, score in enumerate(scores) if score > -math.inf]
    while len(chosen) < k and left:
        worth = [value(chosen, place) for place in left]
        # Float32 sums may differ from these in the last digits: then the earlier place is taken.
        best = max(worth)
        place = next(p for p, w in zip(left, worth, strict=True) if w >= best - 1e-6)
        chosen.append(place)
        left.remove(place)
    rest = [place for place in range(len(scores)) if place not in chosen]
    return chosen + rest[: k - len(chosen)]


def xquad(columns, scores, tail, preference, weight, k, variant):
    rel = scaled(scores)

    def value(chosen, place):
        total = (1 - weight) * rel[place]
        for wanted, probability in ((True, preference), (False, 1 - preference)):
            if bool(tail[columns[place]]) != wanted:
                continue
            inside = [bool(tail[columns[other]]) == wanted for other in chosen]
            if variant == "binary":
                lack = 0.0 if any(inside) else 1.0
            else:
                lack = 1 - (sum(inside) / len(inside) if inside else 0.0)
            total += weight * probability * lack
        return total

    return greedy(scores, k, value)


def divergence(target, mixture, smoothing):
    total = 0.0
    for p, q in zip(target, mixture, strict=True):
        if p > 0:
            total += p * math.log(p / ((1 - smoothing) * q + smoothing * p))
    return total


def calibrated(columns, scores, groups, target, weight, k, smoothing=0.01):
    rel = scaled(scores)

    def value(chosen, place):
        inside = [*chosen, place]
        mixture = np.mean([groups[columns[other]] for other in inside], axis=0)
        relevance = sum(rel[other] for other in inside)
        return (1 - weight) * relevance - weight * divergence(target, mixture, smoothing)

    return greedy(scores, k, value)


def mmr(columns, scores, similarity, weight, k):
    rel = scaled(scores)

    def value(chosen, place):
        near = [similarity[columns[place]][columns[other]] for other in chosen]
        return (1 - weight) * rel[place] - weight * (max(near) if near else 0.0)

    return greedy(scores, k, value)


def quota(columns, scores, tail, table, k):
    chosen = []
    left = [place for place, score in enumerate(scores) if score > -math.inf]
    while len(chosen) < k and left:
        held = sum(bool(tail[columns[place]]) for place in chosen)
        of_tail = [place for place in left if tail[columns[place]]]
        place = of_tail[0] if held < table[len(chosen)] and of_tail else left[0]
        chosen.append(place)
        left.remove(place)
    rest = [place for place in range(len(scores)) if place not in chosen]
    return chosen + rest[: k - len(chosen)]
