"""Seeds from seeds: the same run seed gives every activation the same seed, whatever else changes."""

from hashlib import sha256

MOST = 2**32


def derived(seed: int, *names: object) -> int:
    """Return the seed (32 bits) that `seed` gives to what is called `names`."""
    text = "\0".join(map(str, (seed, *names)))
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big")
