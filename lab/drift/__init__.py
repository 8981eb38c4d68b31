"""Fetching what is seen, so that `advisor.drift` can hold it against what is declared."""
