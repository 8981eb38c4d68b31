"""Selectors as people write them, in PromQL's own syntax: `orders_total{service="order-service",outcome!~"dec.*"}`."""

import re
from typing import NoReturn, get_args

from observability.evidence.errors import BadQuery
from observability.evidence.model import Match, Matcher, Selector

EXAMPLE = 'orders_total{outcome="confirmed"}'
NAME_LABEL = "__name__"

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_OPERATORS: tuple[Match, ...] = tuple(sorted(get_args(Match), key=len, reverse=True))
_MISTAKEN = {"==": "=", "=!": "!=", "~=": "=~", "<>": "!=", "~": "=~", ":": "="}
_QUOTES = "\"'`"
_PLAIN_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34, "'": 39}
_CODED = re.compile(r"x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})")
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')
_WORDS = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t", "\r": r"\r"}


def parsed(text: str) -> Selector:
    """Return the selector that `text` is. Raises `BadQuery`, which says where it goes wrong and what to write."""
    return _Parser(text).selector()


def written(selector: Selector) -> str:
    """Return `selector` as text that `parsed` understands."""
    matchers = [f"{_name(one.label, _LABEL)}{one.operator}{_quoted(one.value)}" for one in selector.matchers]
    if _METRIC.fullmatch(selector.metric):
        return selector.metric + (f"{{{','.join(matchers)}}}" if matchers else "")
    return f"{{{','.join([_quoted(selector.metric), *matchers])}}}"


def _name(name: str, plain: re.Pattern[str]) -> str:
    return name if plain.fullmatch(name) else _quoted(name)


def _quoted(value: str) -> str:
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _WORDS.get(found[0]) or rf"\x{ord(found[0]):02x}"


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def selector(self) -> Selector:
        self._skip_blanks()
        found = _METRIC.match(self._text, self._at)
        metric = found[0] if found else ""
        self._at += len(metric)
        if not metric and self._next() != "{":
            self._refuse(f"the name of a metric has to stand here. Write {EXAMPLE}, for instance")
        self._skip_blanks()
        metrics, matchers = self._braces() if self._next() == "{" else ([], [])
        self._end()
        names = [*([metric] if metric else []), *metrics]
        if len(names) != 1:
            self._at = 0
            self._refuse(f"one metric has to be named, and {len(names)} are. Write {EXAMPLE}, for instance")
        return Selector(names[0], tuple(matchers))

    def _braces(self) -> tuple[list[str], list[Matcher]]:
        """Read what stands between braces: conditions, and perhaps the name of the metric."""
        metrics: list[str] = []
        matchers: list[Matcher] = []
        self._at += 1
        self._skip_blanks()
        while self._next() != "}":
            self._member(metrics, matchers)
            self._skip_blanks()
            if self._next() not in (",", "}"):
                self._refuse("the list of conditions does not go on. Put a comma before the next one, or } at the end")
            self._at += self._next() == ","
            self._skip_blanks()
        self._at += 1
        return metrics, matchers

    def _member(self, metrics: list[str], matchers: list[Matcher]) -> None:
        began, quoted = self._at, self._next() in _QUOTES and self._next() != ""
        label = self._string() if quoted else self._label()
        self._skip_blanks()
        if quoted and self._next() in (",", "}"):
            metrics.append(label)
            return
        operator = self._operator(label)
        self._skip_blanks()
        value = self._value(label, operator)
        if label != NAME_LABEL:
            matchers.append(Matcher(label, operator, value))
        elif operator == "=":
            metrics.append(value)
        else:
            self._at = began
            self._refuse(f'one metric is read at a time. Write {NAME_LABEL}="…", or its name before the braces')

    def _label(self) -> str:
        found = _LABEL.match(self._text, self._at)
        if found is None:
            self._refuse('the name of a label has to stand here. Write label="value"')
        self._at = found.end()
        return found[0]

    def _operator(self, label: str) -> Match:
        for wrong, right in _MISTAKEN.items():
            if self._text.startswith(wrong, self._at):
                self._refuse(f'{wrong} is no operator. Write {label}{right}"…"')
        for operator in _OPERATORS:
            if self._text.startswith(operator, self._at):
                self._at += len(operator)
                return operator
        return self._refuse(f'an operator has to stand here: = != =~ or !~. Write {label}="…"')

    def _value(self, label: str, operator: str) -> str:
        if self._next() == "" or self._next() not in _QUOTES:
            meant = re.match(r"[^,}\s]*", self._text[self._at :])
            self._refuse(f'a value stands in quotes. Write {label}{operator}"{(meant[0] if meant else "") or "…"}"')
        return self._string()

    def _string(self) -> str:
        began, quote = self._at, self._text[self._at]
        self._at += 1
        found = bytearray()
        while (char := self._next()) != quote:
            if char == "" or (char == "\n" and quote != "`"):
                self._at = began
                self._refuse(f"the quote that is opened here is never closed. End the value with {quote}")
            self._at += 1
            found += self._escape() if char == "\\" and quote != "`" else char.encode("utf-8", "surrogatepass")
        self._at += 1
        return found.decode("utf-8", "replace")

    def _escape(self) -> bytes:
        r"""Read what follows a backslash, as Go has it: `\x` and octal digits are bytes, `\u` and `\U` characters."""
        if (plain := _PLAIN_ESCAPES.get(self._next())) is not None:
            self._at += 1
            return bytes([plain])
        if found := _CODED.match(self._text, self._at):
            self._at = found.end()
            if found["byte"] or found["octal"]:
                return bytes([int(found["byte"], 16) if found["byte"] else int(found["octal"], 8)])
            code = int(found["u"] or found["U"], 16)
            if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
                return chr(code).encode()
        self._at = min(self._at, len(self._text)) - 1
        return self._refuse(r"this is no escape. Write \\ for a backslash (\\d in a pattern), or use `…` as quotes")

    def _end(self) -> None:
        self._skip_blanks()
        rest = self._next()
        if rest == "[":
            self._refuse("a selector has no window. Leave [ ] out: how far back is asked apart")
        if rest == "(":
            self._refuse("a selector has no functions. Name the series: rate, increase and quantile are asked apart")
        if rest:
            self._refuse(f"nothing may follow. Conditions stand in braces: {EXAMPLE}")

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blanks(self) -> None:
        while self._next() and self._next() in " \t\r\n":
            self._at += 1

    def _refuse(self, sentence: str) -> NoReturn:
        where = f"at character {self._at + 1}" if self._at < len(self._text) else "at the end"
        raise BadQuery(f"Cannot read {self._text!r}: {where}, {sentence}.")
