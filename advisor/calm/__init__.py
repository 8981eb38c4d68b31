"""CALM 1.2 documents: read with the line of every part, as typed objects."""
