"""A TCP proxy that can spoil the connections it carries, and speaks the HTTP API of Toxiproxy 2."""
