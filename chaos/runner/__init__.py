"""Plays scenarios: steady, inject, observe, stop, steady; and whole nights of them."""
