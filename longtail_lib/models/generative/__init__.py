"""Retrieval by writing an item's id, one token after another."""
