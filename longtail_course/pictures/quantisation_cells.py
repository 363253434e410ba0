"""Points in the plane, and the cells that residual quantisation cuts it into, level by level."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from longtail_course.pictures.palette import COLOURS, style
from longtail_course.pictures.picture import Picture
from longtail_lib.models.generative._residual_codebooks import quantise, sum_of_codes

__all__ = ["quantisation_cells"]

# Points of the grid along each side on which cells are found.
_GRID = 400


def quantisation_cells(
    points: Any, codebooks: Any, *, mark: int | None = None, title: str | None = None
) -> Picture:
    """Draw one panel for each level: the points, and the cell of each beginning of an id.

    The cells of the first level are coloured in all panels; thin lines are the cells of all tokens
    so far. Each coarse cell is cut by the same codebook, moved to its centre.

    Parameters
    ----------
    points : array-like, shape (n, 2)
    codebooks : array-like, shape (levels, codes, 2)
        Such as `SemanticIds.codebooks_`.
    mark : int or None
        Row of a point to follow: a star, and arrows from the origin along its codes.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Points or codebooks of another shape, or not finite.

    Examples
    --------
    >>> points = [[0, 0], [0, 1], [9, 0], [9, 1]]
    >>> books = [[[0, 0.5], [9, 0.5]], [[0, -0.5], [0, 0.5]]]
    >>> quantisation_cells(points, books, mark=3)
    Picture: 4 points. 1 token: 2 cells in use, 2 points in the fullest, 0.01 of the variance \
left. 2 tokens: 4 cells in use, 1 point in the fullest, 0.00 of the variance left. The starred \
point is 1-1.
    """
    points = np.asarray(points, dtype=np.float32)
    books = np.asarray(codebooks, dtype=np.float32)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"quantisation_cells draws points in the plane, shape (n, 2), got {points.shape}; "
            "project longer vectors on two directions first"
        )
    if books.ndim != 3 or books.shape[2] != 2 or not books.size:
        raise ValueError(
            "quantisation_cells takes codebooks of shape (levels, codes, 2), got "
            f"{books.shape}; fit them on the same two dimensions"
        )
    if not (np.isfinite(points).all() and np.isfinite(books).all()):
        raise ValueError("quantisation_cells: points and codebooks must be finite numbers")
    codes, left = quantise(points, books)
    variance = points.var(axis=0, dtype=np.float64).sum()
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.06 * np.maximum(high - low, 1e-6)
    sides = [
        np.linspace(low[axis] - margin[axis], high[axis] + margin[axis], _GRID) for axis in (0, 1)
    ]
    across = np.stack(np.meshgrid(*sides), axis=2)
    cells, _ = quantise(across.reshape(-1, 2), books)
    said = [f"{len(points):,} points."]
    with style():
        picture = Picture(figsize=(4.6 * len(books), 4.2))
        panels = picture.subplots(1, len(books), sharex=True, sharey=True, squeeze=False)[0]
        for level, axes in enumerate(panels):
            _, sizes = np.unique(codes[:, : level + 1], axis=0, return_counts=True)
            rest = left[level] / variance if variance > 0 else 0.0
            _draw_cells(axes, sides, cells, len(books[0]), level)
            _draw_points(axes, points, codes, books, level, mark)
            tokens = f"{level + 1} token{'s' if level else ''}"
            axes.set_title(f"{tokens}: {len(sizes):,} cells in use")
            axes.set(xlim=sides[0][[0, -1]], ylim=sides[1][[0, -1]], xlabel="first direction")
            axes.grid(False)
            said.append(
                f"{tokens}: {len(sizes):,} cells in use, {sizes.max():,} "
                f"point{'s' if sizes.max() > 1 else ''} in the fullest, "
                f"{rest:.2f} of the variance left."
            )
        panels[0].set_ylabel("second direction")
        if title:
            picture.suptitle(title, fontsize=11, x=0.02, ha="left")
    if mark is not None:
        said.append(f"The starred point is {'-'.join(map(str, codes[mark].tolist()))}.")
    picture.alt_text = (f"{title}. " if title else "") + " ".join(said)
    return picture


def _draw_cells(
    axes: Any, sides: list[np.ndarray], cells: np.ndarray, codes: int, level: int
) -> None:
    from matplotlib.colors import ListedColormap, to_rgb

    # Pale, so that points and lines stand out.
    pale = [0.72 + 0.28 * np.array(to_rgb(colour)) for colour in COLOURS[:6]]
    first = cells[:, 0].reshape(_GRID, _GRID)
    axes.pcolormesh(
        *sides,
        first % len(pale),
        cmap=ListedColormap(pale),
        vmin=-0.5,
        vmax=len(pale) - 0.5,
        shading="nearest",
        rasterized=True,
    )
    for depth in range(level + 1):
        number = cells[:, : depth + 1] @ (codes ** np.arange(depth + 1))
        number = number.reshape(_GRID, _GRID)
        edge = np.zeros((_GRID, _GRID))
        edge[:, 1:] += number[:, 1:] != number[:, :-1]
        edge[1:] += number[1:] != number[:-1]
        shade = np.zeros((_GRID, _GRID, 4))
        shade[..., 3] = (edge > 0) * (0.8 if depth == 0 else 0.5)
        reach = (sides[0][0], sides[0][-1], sides[1][0], sides[1][-1])
        axes.imshow(shade, extent=reach, origin="lower", aspect="auto", zorder=1.5)


def _draw_points(
    axes: Any,
    points: np.ndarray,
    codes: np.ndarray,
    books: np.ndarray,
    level: int,
    mark: int | None,
) -> None:
    axes.plot(*points.T, ".", color="#333333", markersize=2, alpha=0.35, zorder=2)
    if mark is None:
        return
    way = [np.zeros(2)]
    way += [sum_of_codes(codes[mark : mark + 1, : t + 1], books)[0] for t in range(level + 1)]
    for begin, end in pairwise(way):
        axes.annotate(
            "",
            end,
            xytext=begin,
            arrowprops={
                "arrowstyle": "-|>",
                "color": "black",
                "lw": 1.8,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    axes.plot(*points[mark], "*", color="#FFFFFF", markeredgecolor="black", markersize=15, zorder=5)
