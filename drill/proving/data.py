"""Whether damage in the data was found and put right: a question of its own, besides that there is no more of it."""

from collections.abc import Iterator, Sequence

from drill.proving.judge import Claim
from observability.impact.model import Damage, Effect, Impact

SHOWN = 5
CLAIMS: tuple[tuple[Effect, str], ...] = (
    ("money", "All money is right: what was ordered, charged and invoiced is the same."),
    ("stock", "All stock is right: what is on sale, promised and sold is what there was."),
    ("lost", "No order is lost."),
)


def judged(bill: Impact) -> Sequence[Claim]:
    """Return what has to be true of the data, and is not where damage is left. Delay is no damage."""
    return [
        Claim(says=says, held=not seen, serves=False, when="call", seen="\n".join(seen), example="")
        for effect, says in CLAIMS
        for seen in [list(_told([one for one in bill.damages if one.effect == effect]))]
    ] + [
        Claim(says="All books can be read.", held=False, serves=False, when="call", seen=missing, example="")
        for missing in bill.missing
    ]


def _told(damages: Sequence[Damage]) -> Iterator[str]:
    yield from (one.says for one in damages[:SHOWN])
    if len(damages) > SHOWN:
        yield f"and {len(damages) - SHOWN} more: lab impact"
