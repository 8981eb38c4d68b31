"""The key with which the frames of the agents' channel are signed."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

KEY_LENGTH = 32
"""Characters; the keys made here are 256 bits in hexadecimal."""


def channel_key(key_file: Path) -> bytes:
    """Return the key in `key_file`, which is made, for its owner's eyes only, when there is none.

    Raises `OSError` when it can be neither read nor made, `ValueError` when what is there is too short.
    """
    with suppress(FileExistsError):
        _make(key_file)
    key = key_file.read_bytes().strip()
    if len(key) < KEY_LENGTH:
        raise ValueError(
            f"{key_file} must hold a key of at least {KEY_LENGTH} characters. Remove it to have a new one made."
        )
    return key


def _make(key_file: Path) -> None:
    if key_file.exists():
        raise FileExistsError(key_file)
    draft = key_file.with_name(f"{key_file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_hex(KEY_LENGTH) + "\n")
    try:
        # A link appears whole or not at all, and never replaces the key that another process made meanwhile.
        os.link(draft, key_file)
    finally:
        draft.unlink()
