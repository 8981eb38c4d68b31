"""Claims about rise and fall, and about whose turn it is."""

from services.edge.domain import Backend, Health, Round


def health(passes: str, *, rise: int = 2, fall: int = 3) -> list[bool]:
    """Return after each check (`+` or `-`) whether the backend is in the round."""
    judged, verdicts = Health(rise, fall), []
    for outcome in passes:
        judged.passed() if outcome == "+" else judged.failed()
        verdicts.append(judged.fit)
    return verdicts


def test_it_takes_fall_failures_in_a_row_to_leave() -> None:
    """A pass in between starts the count again."""
    assert health("+--+--") == [True] * 6
    assert health("+---") == [True, True, True, False]


def test_it_takes_rise_passes_in_a_row_to_come_back() -> None:
    """A failure in between starts the count again."""
    assert health("+---+-++") == [True, True, True, False, False, False, False, True]


def test_a_backend_that_was_never_up_comes_in_with_its_first_pass() -> None:
    """While a platform starts, nobody waits for a second check."""
    assert health("----+") == [True, True, False, False, True]


def test_only_changes_are_told() -> None:
    """`passed` and `failed` return True exactly when the backend comes or goes."""
    judged = Health(1, 1)
    assert [judged.passed(), judged.failed(), judged.failed(), judged.passed(), judged.passed()] == [
        False, True, False, True, False,
    ]  # fmt: skip


def test_every_fit_backend_gets_its_turn_and_the_others_stand_by() -> None:
    """Candidates begin one further each time, and each of them appears once."""
    backends = [Backend(f"http://127.0.0.1:{port}", Health(1, 1)) for port in (1, 2, 3)]
    rounds = Round(backends)
    names = [[candidate.name[-1] for candidate in rounds.candidates()] for _ in range(4)]
    assert names == [["1", "2", "3"], ["2", "3", "1"], ["3", "1", "2"], ["1", "2", "3"]]
    backends[1].health.failed()
    rounds.refresh()
    assert {tuple(candidate.name[-1] for candidate in rounds.candidates()) for _ in range(4)} == {
        ("1", "3"),
        ("3", "1"),
    }
    for backend in backends:
        backend.health.failed()
    rounds.refresh()
    assert list(rounds.candidates()) == []
