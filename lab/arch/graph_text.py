"""Who calls whom by the document, as a tree of text."""

from collections.abc import Iterator

from advisor.calm.model import Architecture, Relationship

CALL, QUEUE = "─▶ ", "┄▷ "
AGAIN, ROUND = " ↑", " ↻"
LEGEND = "─▶ call  ┄▷ over a queue  ↑ its own calls stand further up  ↻ back to who called"


def text(of: Architecture) -> str:
    """Return every call once, under who calls; what is in no call is left out."""
    calls: dict[str, list[Relationship]] = {}
    for one in of.connections:
        calls.setdefault(one.ends[0].node, []).append(one)
    called = {one.ends[1].node for one in of.connections}
    lines: list[str] = []
    shown: set[str] = set()
    order = [node.id for node in of.nodes if node.id in calls]
    for node in sorted(order, key=lambda one: one in called):  # those whom nobody calls, first
        if node not in shown:
            lines += [node, *_below(node, calls, shown, (node,), "")]
    return "\n".join([*lines, "", LEGEND] if lines else ["No relationship connects anything."])


def _below(
    node: str, calls: dict[str, list[Relationship]], shown: set[str], way: tuple[str, ...], indent: str
) -> Iterator[str]:
    shown.add(node)
    for left, one in enumerate(own := calls.get(node, []), 1):
        last, callee = left == len(own), one.ends[1].node
        mark = ROUND if callee in way else AGAIN if callee in shown and callee in calls else ""
        arrow = QUEUE if one.is_queued else CALL
        protocol = f" ({one.protocol})" if one.protocol not in ("", "HTTP") else ""
        yield f"{indent}{'└' if last else '├'}{arrow}{callee}{protocol}{mark}"
        if callee not in shown:
            yield from _below(callee, calls, shown, (*way, callee), indent + ("   " if last else "│  "))
