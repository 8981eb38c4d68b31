"""The age of the oldest message, as far as one process can know it."""

from services.chassis.rabbit_ages import Ages


def test_what_waits_is_no_older_than_what_was_taken_before_it() -> None:
    """The queue is first in, first out."""
    ages = Ages(100.0)
    ages.took("a", 130.0)
    assert ages.oldest_s(150.0, [], ready=True) == 20.0


def test_what_waits_came_after_the_queue_was_seen_empty() -> None:
    """However long ago the last message was taken."""
    ages = Ages(100.0)
    ages.took("a", 130.0)
    ages.saw_none(149.0)
    assert ages.oldest_s(150.0, [], ready=True) == 1.0


def test_nothing_is_old_where_nothing_is() -> None:
    """An empty queue has no age."""
    assert Ages(100.0).oldest_s(150.0, [], ready=False) == 0.0


def test_what_is_worked_on_counts_from_its_first_publication() -> None:
    """It has not been dealt with."""
    assert Ages(100.0).oldest_s(150.0, [90.0, 140.0], ready=True) == 60.0


def test_what_was_handed_back_is_as_old_as_it_is() -> None:
    """Until its place in the queue has been passed, or it is taken again."""
    ages = Ages(100.0)
    ages.handed_back("old", 50.0, due_at=120.0)
    ages.took("other", 110.0)
    assert ages.oldest_s(150.0, [], ready=True) == 100.0
    ages.took("later", 121.0)
    assert ages.oldest_s(150.0, [], ready=True) == 29.0


def test_what_is_taken_again_is_remembered_by_whoever_holds_it() -> None:
    """Once it is done, nothing is left of it."""
    ages = Ages(100.0)
    ages.handed_back("m", 50.0, due_at=120.0)
    ages.took("m", 120.0)
    assert ages.oldest_s(150.0, [50.0], ready=False) == 100.0
    assert ages.oldest_s(150.0, [], ready=False) == 0.0


def test_an_empty_queue_does_not_hide_what_waits_for_its_time() -> None:
    """It is on its way back."""
    ages = Ages(100.0)
    ages.handed_back("m", 50.0, due_at=200.0)
    ages.saw_none(150.0)
    assert ages.oldest_s(160.0, [], ready=False) == 110.0
