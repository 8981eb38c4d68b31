"""The chaos controller: what is broken on purpose, and for how long."""
