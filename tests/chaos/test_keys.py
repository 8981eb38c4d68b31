"""The key of the channel: made once, for its owner's eyes only."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chaos.keys import channel_key


def test_the_first_to_need_it_makes_it(tmp_path: Path) -> None:
    """256 bits in hexadecimal, mode 0600, and no draft left behind."""
    file = tmp_path / "channel.key"
    key = channel_key(file)
    assert len(bytes.fromhex(key.decode())) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_it_is_made_once(tmp_path: Path) -> None:
    """Whoever comes later, or at the same time, gets the same key."""
    file = tmp_path / "channel.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: channel_key(file), range(32)))
    assert keys == {channel_key(file)}


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    """The message says what to do."""
    file = tmp_path / "channel.key"
    file.write_text("short\n")
    with pytest.raises(ValueError, match="Remove it to have a new one made"):
        channel_key(file)
