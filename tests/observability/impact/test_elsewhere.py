"""A queue that is in no database is told by somebody else."""

from observability.impact.books import Books
from observability.impact.reading import Told, letters


def test_letters_come_from_whoever_keeps_them() -> None:
    """Their bodies are read as those of a database are."""
    kept = [{"id": "m1", "topic": "order.placed", "reason": "poison", "body": '{"order_id": "o1"}', "dead_at": 7.0}]
    snapshot = Books({}, {"MUG": 1}, elsewhere={"broker": lambda: letters(kept)}).look()
    (letter,) = snapshot.letters
    assert (letter.order_id, letter.dead_at_s) == ("o1", 7.0)
    assert "broker" not in snapshot.missing
    assert "order" in snapshot.missing


def test_who_does_not_answer_is_missing() -> None:
    """With the reason."""

    def silent() -> Told:
        raise OSError("the worker does not answer")

    assert "the worker does not answer" in Books({}, {"MUG": 1}, elsewhere={"broker": silent}).look().missing["broker"]
