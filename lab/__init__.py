"""The command line and the supervisor that runs everything without Docker."""
