"""A fault's module without its seam: what is kept, what goes, and what is refused."""

from pathlib import Path

import pytest

from drill.errors import NotPlain
from drill.workspace.service import plain_service

FAULT = '''"""Sums are wrong.

Cause: one is forgotten.

Repair: do not.

Plain: adding.{plain}
"""

import math
from collections.abc import Iterable
from typing import Protocol

from services.chassis.declaration import number
from services.chassis.fault import Fault
from services.shop.domain import Tally, exactly

STEP = 3
"""How far."""
WIDE = 9


class Adding(Protocol):
    """Adds up."""

    {protocol}


{faulty}


def _stepped(one: int) -> int:
    return one * STEP  # the step is too wide


{fixed}


def _safe(values: Iterable[int]) -> int:
    return math.floor(exactly(values)) + WIDE


sound_sums = Fault[{typed}](
    __name__, {names}, params=[number("share", "", "how much", minimum=0, maximum=1, default=0.5)]
)
'''
OPERATIONS = '''"""What the shop does."""

from services.shop.domain import Tally
from services.shop.faults.off_by_one import sound_sums
from services.shop.settings import Settings


async def total(values: list[int], settings: Settings) -> Tally:
    """Sum up."""
    result = await sound_sums.behaviour(
        values, settings.limit_of_everything_that_may_be_summed_up, settings.first_value_counted
    )
    return Tally(result, sound_sums.values["share"])
'''
APP = '''"""The shop, put together."""

from services.chassis.app import build_app
from services.shop.faults import FAULTS
from services.shop.settings import Settings


def create_app(settings: Settings) -> object:
    """Return the shop."""
    return build_app(settings, faults=FAULTS, title="Shop")
'''
ASYNC = '''async def {name}(values: list[int]) -> int:
    """{doc}"""
    {body}'''
PARTS = {
    "plain": "add_up",
    "protocol": 'async def __call__(self, values: list[int]) -> int:\n        """Return the sum of `values`."""',
    "faulty": ASYNC.format(
        name="faulty",
        doc="Forget one.",
        body="# forgets\n    return sum(map(_stepped, values[1:])) * sound_sums.values['share']",
    ),
    "fixed": ASYNC.format(name="fixed", doc="Forget none.", body="return _safe(values)"),
    "typed": "Adding",
    "names": "faulty, fixed",
}
CLASS = '''class {name}:
    """{doc}"""

    def __init__(self, values: list[int]) -> None:
        self._values = values

    def sum(self) -> int:
        """{doc}"""
        return {body}'''
CLASSES = {
    "plain": "Adder",
    "protocol": 'def sum(self) -> int:\n        """Return the sum."""',
    "faulty": CLASS.format(name="Faulty", doc="Forgets.", body="_stepped(Faulty([1])._values[0])"),
    "fixed": CLASS.format(name="Fixed", doc="Forgets none.", body="_safe(self._values)"),
    "typed": "type[Adding]",
    "names": "Faulty, Fixed",
}
FUNCTION = {
    "protocol": 'def __call__(self, values: list[int]) -> int:\n        """Return the sum of `values`."""',
    "faulty": 'def faulty(values: list[int]) -> int:\n    """Forget."""\n    return _stepped(values[0])',
    "fixed": 'def fixed(values: list[int]) -> int:\n    """Forget none."""\n    return _safe(values)',
}


def shop(folder: Path, *, operations: str = OPERATIONS, **parts: str) -> Path:
    """Write the shop's code below `folder`; return the folder of services."""
    home = folder / "services" / "shop"
    (home / "faults").mkdir(parents=True)
    (home / "faults" / "off_by_one.py").write_text(FAULT.format(**PARTS | parts))
    (home / "faults" / "__init__.py").write_text("FAULTS = ()\n")
    (home / "operations.py").write_text(operations)
    (home / "app.py").write_text(APP)
    return folder / "services"


def plain(services: Path, *faulty: str, path: str = "adding.py", **params: float) -> str:
    """Return a file of the shop without seams."""
    return plain_service("shop", faulty, {"shop.off_by_one": params}, services)[path].decode()


def test_the_bug_is_simply_the_code(tmp_path: Path) -> None:
    """With what it needs, described by its Protocol; without comments, the repair, and what only that needs."""
    assert plain(shop(tmp_path), "shop.off_by_one") == (
        '"""Adds up."""\n\nSTEP = 3\n"""How far."""\n\n\n'
        'async def add_up(values: list[int]) -> int:\n    """Return the sum of `values`."""\n'
        "    return sum(map(_stepped, values[1:])) * 0.5\n\n\n"
        "def _stepped(one: int) -> int:\n    return one * STEP\n"
    )


def test_a_fault_that_is_not_asked_for_is_repaired(tmp_path: Path) -> None:
    """The same module, with the other behaviour."""
    assert plain(shop(tmp_path)) == (
        '"""Adds up."""\n\nimport math\nfrom collections.abc import Iterable\n\n'
        "from services.shop.domain import exactly\n\nWIDE = 9\n\n\n"
        'async def add_up(values: list[int]) -> int:\n    """Return the sum of `values`."""\n    return _safe(values)\n'
        "\n\n"
        "def _safe(values: Iterable[int]) -> int:\n    return math.floor(exactly(values)) + WIDE\n"
    )


def test_a_class_and_a_plain_function_will_do(tmp_path: Path) -> None:
    """A class is described by the Protocol, method by method."""
    made = plain(shop(tmp_path / "class", **CLASSES), "shop.off_by_one")
    assert 'class Adder:\n    """Adds up."""\n' in made
    assert (
        'def sum(self) -> int:\n        """Return the sum."""\n        return _stepped(Adder([1])._values[0])\n' in made
    )
    made = plain(shop(tmp_path / "function", **FUNCTION), "shop.off_by_one")
    assert 'def add_up(values: list[int]) -> int:\n    """Return the sum of `values`."""\n' in made


def test_values_are_those_of_the_scenario(tmp_path: Path) -> None:
    """They go before the defaults."""
    assert "values[1:])) * 0.25\n" in plain(shop(tmp_path), "shop.off_by_one", share=0.25)


def test_callers_call_the_code_itself(tmp_path: Path) -> None:
    """Imports stay sorted, and what fits on a line now stands on one."""
    services = shop(tmp_path)
    said = plain(services, path="operations.py")
    assert (
        "from services.shop.adding import add_up\nfrom services.shop.domain import Tally\nfrom services.shop.set"
        in said
    )
    assert (
        "    result = await add_up("
        "values, settings.limit_of_everything_that_may_be_summed_up, settings.first_value_counted)\n"
        "    return Tally(result, 0.5)\n"
    ) in said
    assert 'build_app(settings, title="Shop")' in plain(services, path="app.py")
    assert "faults" not in plain(services, path="app.py")


REFUSED = {
    "no plain name": ({"plain": "add-up"}, 'no line "Plain: module.name"'),
    "faulty uses fixed": ({"faulty": PARTS["faulty"].replace("_stepped", "fixed")}, "faulty uses fixed"),
    "not of this module": ({"names": "Tally, exactly"}, "not two functions or classes of this module"),
    "two seams": ({"typed": "Adding](__name__, faulty, fixed)\nother = Fault[Adding"}, "has 2 lines"),
    "seam handed on": (
        {"operations": OPERATIONS + "\nSEAM = sound_sums\n"},
        "operations.py:15 does more with sound_sums",
    ),
    "name taken": ({"operations": OPERATIONS + "\nadd_up = 1\n"}, "operations.py:15 has something called add_up"),
    "more is taken": (
        {"operations": OPERATIONS.replace("import sound_sums", "import faulty, sound_sums")},
        "operations.py:4 imports faulty",
    ),
}


@pytest.mark.parametrize(("parts", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_plain_is_refused(tmp_path: Path, parts: dict[str, str], says: str) -> None:
    """With the place and the reason, so that whoever writes a fault knows what to write instead."""
    services = shop(tmp_path, **parts)
    with pytest.raises(NotPlain, match=says):
        plain(services, "shop.off_by_one")
