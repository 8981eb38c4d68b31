"""The parts of `docs/` that are drawn from the code: `make docs` writes them, `tests/docs` sees that they are so."""
