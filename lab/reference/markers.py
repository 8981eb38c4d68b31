"""Pages with generated parts: each part stands between two comments, which nobody sees in the rendered page.

<!-- generated: processes (make docs) -->
…
<!-- end of processes -->
"""

import re
from collections.abc import Mapping

MARKED = re.compile(
    r"^<!-- generated: (?P<name>[a-z-]+) \(make docs\) -->\n(?P<body>.*?)^<!-- end of (?P<end>[a-z-]+) -->$",
    re.DOTALL | re.MULTILINE,
)


class UnknownPart(ValueError):
    """A page asks for a part that nobody draws, or its markers do not match."""


def names_in(page: str) -> list[str]:
    """Return the names of the parts that `page` has, in order."""
    return [found["name"] for found in MARKED.finditer(page)]


def renewed(page: str, parts: Mapping[str, str]) -> str:
    """Return `page` with `parts`, Markdown by name, in their places. Raises UnknownPart."""

    def drawn(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in parts or found["end"] != name:
            raise UnknownPart(f"{name!r} … {found['end']!r} is none of: {', '.join(sorted(parts))}")
        return f"<!-- generated: {name} (make docs) -->\n\n{parts[name]}\n\n<!-- end of {name} -->"

    return MARKED.sub(drawn, page)
