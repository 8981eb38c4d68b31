"""The verbs of `lab`, one module each: it exports a click command named `command`."""
