"""The shop that a person can click through."""
