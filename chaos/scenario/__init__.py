"""Scenario files: what is done to the platform, what is to be seen, and the sealed answer."""
