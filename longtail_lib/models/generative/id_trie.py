"""The prefix tree of all real ids, as arrays."""

from __future__ import annotations

import numpy as np

__all__ = ["IdTrie"]


class IdTrie:
    """Which tokens may follow which, so that every path ends at an item.

    Nodes of a depth are numbered in the order of their tokens, so the children of a node stand
    side by side.

    Parameters
    ----------
    codes : ndarray of int, shape (n_items, depth)
        Ids, no two alike.

    Attributes
    ----------
    depth : int
    tokens : list of ndarray of int32
        At place l the last token of each node with l + 1 tokens.
    parents : list of ndarray of int64
        Its node among those with l tokens; the root is 0.
    first_child : list of ndarray of int64
        At place l the first of each l-token node's children among the nodes with l + 1 tokens.
    columns : ndarray of int64, shape (n_items,)
        The item at each leaf.

    Raises
    ------
    ValueError
        Ids that are not unique, or no matrix.

    Examples
    --------
    >>> trie = IdTrie(np.array([[1, 0], [0, 2], [1, 1]]))
    >>> trie.tokens
    [array([0, 1], dtype=int32), array([2, 0, 1], dtype=int32)]
    >>> trie.parents[1].tolist(), trie.columns.tolist()
    ([0, 1, 1], [1, 0, 2])
    """

    def __init__(self, codes: np.ndarray) -> None:
        codes = np.asarray(codes)
        if codes.ndim != 2 or not codes.size:
            raise ValueError(f"IdTrie takes ids as rows of a matrix, got shape {codes.shape}")
        order = np.lexsort(codes.T[::-1])
        ranked = codes[order]
        self.depth = codes.shape[1]
        self.tokens: list[np.ndarray] = []
        self.parents: list[np.ndarray] = []
        self.first_child: list[np.ndarray] = []
        node = np.zeros(len(codes), dtype=np.int64)
        starts = np.ones(len(codes), dtype=bool)
        starts[1:] = False
        for level in range(self.depth):
            starts = starts.copy()
            starts[1:] |= ranked[1:, level] != ranked[:-1, level]
            first = np.flatnonzero(starts)
            self.tokens.append(ranked[first, level].astype(np.int32))
            self.parents.append(node[first])
            self.first_child.append(np.unique(self.parents[-1], return_index=True)[1])
            node = np.cumsum(starts) - 1
        if not starts.all():
            twice = ranked[int(np.flatnonzero(~starts)[0])]
            raise ValueError(
                f"ids must be unique, and {'-'.join(map(str, twice.tolist()))} stands for more "
                "than one item; SemanticIds adds a last token for this"
            )
        self.columns = order

    def allowed(self, level: int, size: int) -> np.ndarray:
        """Say which tokens may come next.

        Parameters
        ----------
        level : int
            Tokens there are already.
        size : int
            Tokens of the next place's codebook.

        Returns
        -------
        ndarray of int64, shape (nodes with `level` tokens, size)
            The node that each token leads to, and -1 where no id goes on like this.

        Examples
        --------
        >>> IdTrie(np.array([[1, 0], [0, 2], [1, 1]])).allowed(1, 3).tolist()
        [[-1, -1, 0], [1, 2, -1]]
        """
        leads = np.full((len(self.first_child[level]), size), -1, dtype=np.int64)
        leads[self.parents[level], self.tokens[level]] = np.arange(len(self.tokens[level]))
        return leads

    def prefixes(self, level: int) -> np.ndarray:
        """Return the tokens of every node with `level` tokens, shape (nodes, level), int32.

        Examples
        --------
        >>> IdTrie(np.array([[1, 0], [0, 2], [1, 1]])).prefixes(2).tolist()
        [[0, 2], [1, 0], [1, 1]]
        """
        node = np.arange(len(self.tokens[level - 1]) if level else 1)
        columns = []
        for above in reversed(range(level)):
            columns.append(self.tokens[above][node])
            node = self.parents[above][node]
        if not columns:
            return np.zeros((1, 0), dtype=np.int32)
        return np.stack(columns[::-1], axis=1)
