"""Searching everything that a trainee can reach for words that give the answer away."""
