"""Models that join what texts say about items with what users did."""
