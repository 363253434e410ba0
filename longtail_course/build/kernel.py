"""The surroundings of a kernel, so that an output is the same wherever it is computed."""

import os
import sys
from pathlib import Path

CONFIG = Path(__file__).with_name("ipython_kernel_config.py")


def kernel_environment(root: Path) -> dict[str, str]:
    """Environment variables under which lessons are executed and compared.

    Parameters
    ----------
    root : Path
        The checkout; IPython's own folder is put under its `build/`.
    """
    environment = dict(os.environ)
    environment.pop("MPLBACKEND", None)
    environment.update(
        CUDA_VISIBLE_DEVICES="-1",
        # A user's start-up scripts and history have no place in a stored output.
        IPYTHONDIR=str(root / "build" / "ipython"),
        # Read by ipython_kernel_config.py: progress bars only in a learner's own kernel.
        LONGTAIL_COURSE_QUIET="1",
        PYTHONHASHSEED="0",
        TF_CPP_MIN_LOG_LEVEL="3",
        TF_ENABLE_ONEDNN_OPTS="0",
    )
    home = environment.get("LONGTAIL_DATA_HOME")
    if home:
        environment["LONGTAIL_DATA_HOME"] = str(Path(home).resolve())
    return environment


def install_kernel_config(prefix: Path | None = None) -> Path:
    """Put `ipython_kernel_config.py` where every kernel of this environment reads it."""
    target = Path(prefix or sys.prefix) / "etc" / "ipython" / CONFIG.name
    text = CONFIG.read_bytes()
    if not target.is_file() or target.read_bytes() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    return target
