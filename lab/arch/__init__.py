"""How the architecture document, and what is found in it, is shown."""
