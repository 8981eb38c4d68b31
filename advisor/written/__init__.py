"""Documents for people on call, written from the architecture document. Nobody edits them: `make docs` does."""
