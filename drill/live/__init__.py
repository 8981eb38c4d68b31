"""Judging in a lab that runs: what repaired code does under load, and what a scenario does to the shop."""
