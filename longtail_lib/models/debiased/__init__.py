"""Models that correct for popularity; `longtail_lib.models` holds the public names."""
