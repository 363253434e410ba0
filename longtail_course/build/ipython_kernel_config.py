"""Settings of every kernel in the course's environment; copied to <environment>/etc/ipython."""

import os

c = get_config()  # noqa: F821

# TensorFlow writes about drivers and processors straight to the process's stderr when it is
# imported, with the time of day and differently on each machine. That belongs in the terminal.
c.IPKernelApp.capture_fd_output = False
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Other orders of addition would print other last digits on other processors.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
# A progress bar tells the time of this machine, which no stored output may.
if os.environ.get("LONGTAIL_COURSE_QUIET"):
    os.environ["TQDM_DISABLE"] = "1"
    # In a notebook tqdm.auto is the bar of tqdm.notebook, which takes no notice of the variable,
    # nor does any bar that is given disable=False.
    import tqdm.auto

    class Silent(tqdm.std.tqdm):
        """A bar that is never shown."""

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **{**options, "disable": True})

    tqdm.auto.tqdm = Silent
