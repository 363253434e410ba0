"""One sentence for each bare title, written once and kept so that anyone can check it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import NamedTuple

from longtail_lib._parameters import BOOLEAN, PATH, Interval, Satisfies, constrained
from longtail_lib._write_file import write_file
from longtail_lib.language._language_model import LanguageModel
from longtail_lib.text._encoder import checked_texts

__all__ = ["Description", "describe_items", "read_descriptions"]

_PROMPT = "Describe this product of a shop in one short sentence: {title}"
_SENTENCE = re.compile(r"(.+?[.!?])(?=\s|$)")
_BATCH = 32


class Description(NamedTuple):
    """A line of the file: what was asked of which model, and what it answered."""

    title: str
    model: str
    prompt: str
    chat: bool
    max_tokens: int
    answer: str

    @property
    def sha256(self) -> str:
        """Hash of all that the line says."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()

    @property
    def sentence(self) -> str:
        """The answer's first sentence; what was cut off before its end, as far as it goes."""
        line = next((part.strip() for part in self.answer.splitlines() if part.strip()), "")
        found = _SENTENCE.match(line)
        return found[1] if found else line


@constrained(
    path=PATH,
    prompt=Satisfies(
        "a text with {title} once",
        lambda value: isinstance(value, str) and value.count("{title}") == 1,
    ),
    max_tokens=Interval(Integral, 1),
    chat=BOOLEAN,
    progress=BOOLEAN,
)
def describe_items(
    model: LanguageModel,
    titles: Sequence[str],
    path: str | os.PathLike[str],
    *,
    prompt: str = _PROMPT,
    max_tokens: int = 48,
    chat: bool = True,
    progress: bool = False,
) -> list[str]:
    """Have a model write one sentence about each title, and keep what it wrote.

    Each answer is a line of a JSON Lines file with its title, the sha256 of the model, the prompt
    and a sha256 of them all. Titles that the file has for this model and prompt are not asked for
    again, so that a run that was interrupted goes on where it stopped. The model is greedy: whoever
    asks it again gets the same lines, up to ties that rounding decides.

    A model of this size makes up colours, sizes and uses. Read a sample before you serve any of it.

    Parameters
    ----------
    model : LanguageModel
    titles : list of str, length n
    path : path
        Made where it is not there; other lines in it stay.
    prompt : str
        `{title}` stands where the title goes.
    max_tokens : int
        An answer is cut off there.
    chat : bool
        As in `LanguageModel.generate`.
    progress : bool
        Show a progress bar.

    Returns
    -------
    list of str, length n
        The first sentence of each answer.

    Raises
    ------
    ValueError
        A line of the file was altered.
    """
    path, titles = Path(path), checked_texts(titles)
    asked = {title: prompt.replace("{title}", title) for title in titles}
    known = read_descriptions(path) if path.exists() else []
    settings = (chat, max_tokens)
    answers = {
        line.title: line
        for line in known
        if (line.model, line.prompt) == (model.model_hash, asked.get(line.title))
        and (line.chat, line.max_tokens) == settings
    }
    missing = [title for title in asked if title not in answers]
    from tqdm.auto import tqdm

    with tqdm(total=len(missing), desc="describe", unit="title", disable=not progress) as bar:
        for start in range(0, len(missing), _BATCH):
            some = missing[start : start + _BATCH]
            written = model.generate([asked[title] for title in some], max_tokens, chat=chat)
            for title, answer in zip(some, written, strict=True):
                answers[title] = Description(
                    title, model.model_hash, asked[title], *settings, answer
                )
            known += [answers[title] for title in some]
            _write(path, known)
            bar.update(len(some))
    return [answers[title].sentence for title in titles]


def _write(path: Path, lines: Sequence[Description]) -> None:
    """Write the whole file anew, so that an interruption leaves the one before."""
    text = "".join(json.dumps({**line._asdict(), "sha256": line.sha256}) + "\n" for line in lines)
    write_file(path, lambda file: file.write(text.encode()))


def read_descriptions(path: str | os.PathLike[str]) -> list[Description]:
    """Read what `describe_items` kept, and check each line by its sha256.

    Returns
    -------
    list of Description
        In the order of the file.

    Raises
    ------
    ValueError
        A line is no description, or was altered; it is named.
    """
    found = []
    for number, text in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        try:
            values = json.loads(text)
            line = Description(*(values[name] for name in Description._fields))
            whole = line.sha256 == values["sha256"]
            whole &= all(isinstance(part, str) for part in (line.title, line.answer, line.prompt))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(
                f"{path}, row {number}: no description ({type(error).__name__}); remove the row, "
                "and describe_items writes it again"
            ) from error
        if not whole:
            raise ValueError(
                f"{path}, row {number}: it was altered, for its sha256 does not fit; remove the "
                "row, and describe_items writes it again"
            )
        found.append(line)
    return found
