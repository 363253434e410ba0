"""Run files and judgements in the formats of TREC: rankings and relevance in plain text."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from longtail_lib.data._columns import read_ids
from longtail_lib.data._source import Source

__all__ = ["read_qrels", "read_run"]


def read_run(path: str | os.PathLike[str]) -> pl.DataFrame:
    """Read a run file of TREC: the rankings of one system, for `longtail_lib.evaluate`.

    Each line has six fields between white space, `qid Q0 docno rank score tag`; the query is a
    user, the document an item. As in trec_eval, scores decide and the ranks are not read; equal
    scores are ordered as everywhere in this library, not by document number.

    Parameters
    ----------
    path : str or path
        UTF-8 text; with `.gz` at its end it is unpacked.

    Returns
    -------
    polars.DataFrame
        Columns user_id, item_id and score (float64), in the file's order. A column of ids that
        are all written as plain integers is int64, else text, as in `read_table`.

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        A line without six fields, a score that is no finite number, or no line; the message names
        file and line.

    References
    ----------
    Buckley, C. trec_eval, https://github.com/usnistgov/trec_eval: the format, and that ranks are
    made anew from scores.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "mine.run"
    >>> _ = file.write_text("0 Q0 f 1 2.5 mine\\n0 Q0 e 2 1.5 mine\\n2 Q0 b 1 0.5 mine\\n")
    >>> run = read_run(file)
    >>> run.rows()
    [(0, 'f', 2.5), (0, 'e', 1.5), (2, 'b', 0.5)]
    >>> from longtail_lib import evaluate
    >>> from longtail_lib.testing import tiny_parts
    >>> evaluate(run, tiny_parts(), k=2, metrics=["HitRate"], name="mine")["HitRate@2"].value
    0.6666666666666666
    """
    return _columns(path, ("qid", "Q0", "docno", "rank", "score", "tag"), "score")


def read_qrels(path: str | os.PathLike[str]) -> pl.DataFrame:
    """Read a file of relevance judgements of TREC, whose lines are `qid 0 docno relevance`.

    Parameters
    ----------
    path : str or path
        As in `read_run`.

    Returns
    -------
    polars.DataFrame
        Columns user_id, item_id and rating (float64), in the file's order: what
        `Dataset.from_frame` takes. What is judged 0 or below is there too; of a test part only
        what is above is relevant.

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        As in `read_run`, with four fields a line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "judged.qrels"
    >>> _ = file.write_text("u7 0 lamp 2\\nu7 0 rug 0\\n")
    >>> read_qrels(file).rows()
    [('u7', 'lamp', 2.0), ('u7', 'rug', 0.0)]
    """
    return _columns(path, ("qid", "0", "docno", "relevance"), "relevance").rename(
        {"relevance": "rating"}
    )


def _columns(path: str | os.PathLike[str], names: Sequence[str], number: str) -> pl.DataFrame:
    """Ids and one number of each line that is not blank."""
    path = Path(path)
    lines = pl.DataFrame({"line": _text(path).split("\n")}).with_row_index("place", offset=1)
    lines = lines.with_columns(pl.col("line").str.extract_all(r"\S+"))
    lines = lines.filter(pl.col("line").list.len() > 0)
    if lines.is_empty():
        raise ValueError(f"{path.name} is empty: expected lines of {' '.join(names)}")
    odd = lines.filter(pl.col("line").list.len() != len(names))
    if len(odd):
        raise ValueError(
            f"{path.name}, row {odd['place'][0]}: {len(odd['line'][0])} fields, expected "
            f"{len(names)} between white space: {' '.join(names)} ({len(odd):,} such rows in all)"
        )
    fields = {name: lines["line"].list.get(place) for place, name in enumerate(names)}
    numbers = fields[number].cast(pl.Float64, strict=False)
    wrong = numbers.is_null() | ~numbers.is_finite()
    if wrong.any():
        row = int(wrong.arg_max())
        raise ValueError(
            f"{path.name}, row {lines['place'][row]}: the {number} {fields[number][row]!r} is not "
            f"a finite number ({int(wrong.sum()):,} such rows in all)"
        )
    frame = pl.DataFrame({"user_id": fields["qid"], "item_id": fields["docno"]})
    source = Source(path, frame, is_text=True)
    columns = []
    for name in ("user_id", "item_id"):
        text, integers = read_ids(source, name, lenient=False)
        columns.append((text if integers is None else integers).rename(name))
    return pl.DataFrame([*columns, numbers.rename(number)])


def _text(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"no file {path}; check the path")
    packed = path.suffix.lower() == ".gz"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path.name}, row {line}: byte 0x{error.object[error.start]:02x} is not utf-8 text; "
            "save the file as UTF-8"
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path.name} is a damaged gzip file ({error}); get it again") from error
