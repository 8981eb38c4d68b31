"""Changing source text where its syntax tree says, so that everything else stays as it was written."""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

LINE_LENGTH = 120


@dataclass(frozen=True)
class Edit:
    """Put `text` in place of what stands from `start` to `end`, offsets in characters."""

    start: int
    end: int
    text: str


class Source:
    """A module's text and tree, and where in the text the nodes are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: ast.AST) -> int:
        """Return where a node begins, its decorators included."""
        if decorators := getattr(node, "decorator_list", []):
            return self.line_start(min(one.lineno for one in decorators))  # the @ stands before the decorator's node
        return self._at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return where a node ends."""
        return self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def line_start(self, number: int) -> int:
        """Return where the line of that number begins; the first is 1."""
        return self._starts[number - 1]

    def whole_lines(self, node: ast.AST) -> tuple[int, int]:
        """Return where the lines of a node begin and end, the last line break included."""
        return self.line_start(self._line_of(self.start(node))), self.line_start(node.end_lineno + 1)  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """Return a node's text."""
        return self.text[self.start(node) : self.end(node)]

    def stands_alone(self, start: int, end: int) -> bool:
        """Whether nothing but what is between `start` and `end`, and a comma, stands in its lines."""
        first, last = self._line_of(start), self._line_of(end)
        before = self.text[self.line_start(first) : start]
        after = self.text[end : self.line_start(last + 1)]
        return not before.strip() and after.strip() in ("", ",")

    def without_comments(self, start: int, end: int) -> Iterator[Edit]:
        """Yield what removes the comments between two offsets; a line of its own goes as a whole."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            at = self._starts[token.start[0] - 1] + token.start[1]
            if token.type != tokenize.COMMENT or not start <= at < end:
                continue
            line = self.line_start(token.start[0])
            code = self.text[line:at].rstrip()
            yield (
                Edit(line + len(code), at + len(token.string), "")
                if code
                else Edit(line, self.line_start(token.start[0] + 1), "")
            )

    def _line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def _at(self, line: int, column: int) -> int:
        """Columns of a tree count the bytes of UTF-8."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def applied(text: str, edits: Iterable[Edit], start: int = 0, end: int | None = None) -> str:
    """Return `text` from `start` to `end` with those edits made that lie between the two."""
    stop = len(text) if end is None else end
    inside = sorted({(one.start, one.end, one.text) for one in edits if start <= one.start and one.end <= stop})
    parts, position = [], start
    for begin, finish, new in inside:
        parts += [text[position:begin], new]
        position = finish
    return "".join([*parts, text[position:stop]])


def joined(text: str) -> str:
    """Return the lines of one statement as one, when a formatter would have it so; else as they are."""
    lines = text.split("\n")
    kept_apart = (line.rstrip().endswith(",") and _closes(after) for line, after in pairwise(lines))
    if len(lines) == 1 or any(kept_apart):
        return text
    one = lines[0]
    for line in lines[1:]:
        stripped = line.strip()
        one += stripped if one.endswith(("(", "[", "{")) or _closes(stripped) else f" {stripped}"
    if len(one) > LINE_LENGTH or "\\" in text:
        return text
    same = ast.dump(ast.parse(one.strip())) == ast.dump(ast.parse(text.strip()))
    return one if same else text


def _closes(line: str) -> bool:
    return line.strip().startswith((")", "]", "}"))
