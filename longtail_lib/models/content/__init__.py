"""Models that know items by their text; `longtail_lib.models` holds the public names."""
