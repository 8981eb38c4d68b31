"""Takes orders, tells what became of them, and publishes it."""
