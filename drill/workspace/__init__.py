"""The code that is handed out: services in which the bug is simply the code."""
