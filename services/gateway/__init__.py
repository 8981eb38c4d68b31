"""The public API: what the outside may ask of the platform."""
