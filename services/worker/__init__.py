"""Carries accepted orders out, and undoes those that are not to be carried out."""
