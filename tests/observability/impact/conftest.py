"""Books for each test, on either back end."""

from pathlib import Path

import pytest

from tests.support.back_ends import BackEnd
from tests.support.hand_made_books import HandMadeBooks


@pytest.fixture(scope="module")
def sound(back_end_of_module: BackEnd, tmp_path_factory: pytest.TempPathFactory) -> HandMadeBooks:
    """Return databases in which nothing is wrong."""
    books = HandMadeBooks.empty(tmp_path_factory.mktemp("sound"))
    books.fulfil("o1")
    books.fulfil("o2", customer_id="berta")
    books.order("o3", "declined")
    books.reserve("o3", "released")
    books.pay("o3", "declined")
    books.order("o4", "rejected")
    books.order("o5", "abandoned")
    return books


@pytest.fixture
def books(sound: HandMadeBooks, back_end: BackEnd, tmp_path: Path) -> HandMadeBooks:
    """Return databases in which two orders were carried out long ago, and others have ended otherwise."""
    return sound.copied(tmp_path / "data")
