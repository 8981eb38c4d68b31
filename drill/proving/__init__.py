"""Judging code by what it does: in a process of its own, by claims that it never sees."""
