"""Books for each test."""

import shutil
from pathlib import Path

import pytest

from tests.support.hand_made_books import HandMadeBooks


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with databases in which nothing is wrong."""
    books = HandMadeBooks.empty(tmp_path_factory.mktemp("sound"))
    books.fulfil("o1")
    books.fulfil("o2", customer_id="berta")
    books.order("o3", "declined")
    books.reserve("o3", "released")
    books.pay("o3", "declined")
    books.order("o4", "rejected")
    books.order("o5", "abandoned")
    return books.folder


@pytest.fixture
def books(sound: Path, tmp_path: Path) -> HandMadeBooks:
    """Return databases in which two orders were carried out long ago, and others have ended otherwise."""
    return HandMadeBooks(shutil.copytree(sound, tmp_path / "data"))
