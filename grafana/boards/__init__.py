"""One module per dashboard; each has a `board()`, and the catalogue has them all."""
