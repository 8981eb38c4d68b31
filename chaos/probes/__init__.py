"""Probes: claims about the running platform that can be checked, and the evidence they are checked against."""
