"""Money as people read it."""


def euros(cents: int) -> str:
    """Return integer cents as `1,234.56 EUR`."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{part:02d} EUR"
