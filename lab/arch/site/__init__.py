"""The architecture document as pages that link to one another: files that any browser opens, without a network."""
