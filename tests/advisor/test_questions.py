"""Claims about free words: every question of the exercise is understood, in its own words and in others."""

import pytest

from advisor.asking.asking import answer, meant, questions
from advisor.asking.naming import named
from advisor.calm.errors import NotUnderstood
from advisor.calm.reading import load
from tests.support.further_questions import FURTHER
from tests.support.oncall_messages import MESSAGES
from tests.support.oncall_questions import ASKED, CASCADE, STORY, Asked

OF = load()
TABLE = [(one, text) for one in ASKED for text in one.all]


@pytest.mark.parametrize(("one", "text"), TABLE, ids=[f"{one.verb}: {text}" for one, text in TABLE])
def test_a_question_is_understood_in_its_situation(one: Asked, text: str) -> None:
    """The same question, of the same parts, whatever the words."""
    found = answer(OF, text, one.situation)
    assert (found.verb, found.about) == (one.verb, one.about)
    assert all(line.sources for line in found.lines)
    assert all(section.lines for section in found.sections)


@pytest.mark.parametrize("one", ASKED, ids=[one.verb for one in ASKED])
def test_a_question_is_understood_in_many_more_words(one: Asked) -> None:
    """Nearly two hundred, all in all."""
    found = {text: answer(OF, text, one.situation).verb for text in FURTHER[one.verb]}
    assert {text: verb for text, verb in found.items() if verb != one.verb} == {}


@pytest.mark.parametrize("one", ASKED, ids=[one.verb for one in ASKED])
def test_all_words_have_one_answer(one: Asked) -> None:
    """As far as it does not depend on what is said: of failure modes those that resemble it are told."""
    if one.verb not in ("failure-points", "failure-modes", "remediation", "incident-summary"):
        assert len({answer(OF, text, one.situation) for text in one.all}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "how is the weather",
        "",
        "hello",
        "which colour has the shop?",
        "sing me a song about Kubernetes",
        "1 + 1",
        "order",
    ],
)
def test_what_is_not_understood_is_not_answered(text: str) -> None:
    """With a list of what can be asked."""
    with pytest.raises(NotUnderstood) as told:
        answer(OF, text)
    assert "Which services are in the checkout flow?" in told.value.hint


@pytest.mark.parametrize("text", ["which databases", "most likely failure points", "dependency graph between them"])
def test_a_question_about_nothing_asks_back(text: str) -> None:
    """With what can be named."""
    with pytest.raises(NotUnderstood) as told:
        answer(OF, text)
    assert told.value.hint.startswith("Name")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("payment-service", ("payment-service",)),
        ("the Payment Service's database", ("payment-service",)),
        ("paymnt servcie", ("payment-service",)),
        ("inventry is slow", ("inventory-service",)),
        ("order database", ("order-database-primary",)),
        ("in what order do I look at the order service", ("order-service",)),
        ("API gateway", ("api-gateway-1", "api-gateway-2")),
        ("gateway 2 and the load-balancer", ("api-gateway-2", "load-balancer")),
        ("Order completion rate", ("order-processing-flow",)),
        ("nothing of ours", ()),
    ],
)
def test_parts_are_known_by_their_names(text: str, ids: tuple[str, ...]) -> None:
    """By id, by name, by other words, and with slips of the pen."""
    assert named(OF, text).ids == ids


def test_a_pasted_text_is_parted_into_what_is_seen_and_what_is_asked() -> None:
    """Lists, and sentences that ask."""
    text = f"{CASCADE} It began suddenly.\n\nPlease tell me:\n1. What do they share?\n2. In what order do I look"
    seen = f"{CASCADE} It began suddenly. Please tell me:"
    assert questions(text) == [("What do they share?", seen), ("In what order do I look", seen)]
    assert questions("Payment is slow. Who owns it?") == [("Who owns it?", "Payment is slow.")]


@pytest.mark.parametrize("text", MESSAGES)
def test_a_whole_message_is_understood(text: str) -> None:
    """Each of its questions, in its order, about what it says is seen; without a question, where to begin."""
    found = [answer(OF, asked, seen) for asked, seen in questions(text)]
    assert tuple((one.verb, one.about) for one in found) == MESSAGES[text]
    assert all(line.sources for one in found for line in one.lines)


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        "The edge took gateway 2 out; gateway 1 was overloaded",
        "Payment is slow; orders: pending",
        "The shop – our web front end – is down",
    ],
)
def test_a_story_with_dashes_and_semicolons_is_no_list(text: str) -> None:
    """As long as not each of its parts asks something."""
    assert questions(text) == [(text, "")]


def test_a_report_is_one_question() -> None:
    """Its parts are listed, and are no questions of their own."""
    text = "The load balancer took gateway 2 out. Write an incident summary:\n1. Services and tiers\n2. Follow-up"
    (asked,) = questions(text)
    assert meant(asked[0]).name == "incident-summary"
