"""`python -m longtail_lib` is the `longtail` command."""

import sys

from longtail_lib.cli import main

sys.exit(main())
