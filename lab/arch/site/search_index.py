"""What the search box looks in: a script, because a page that is opened as a file may not fetch data."""

import json
from collections.abc import Iterable

from lab.arch.site.material import Page


def script(pages: Iterable[Page]) -> str:
    """Return the index: of every page its title, kind, address and words."""
    told = [[page.title, page.kind, page.path, " ".join(page.words.split())] for page in pages]
    return f"window.searchIndex = {json.dumps(told, ensure_ascii=False, separators=(',', ':'))};\n"
