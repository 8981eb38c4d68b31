"""Durations that may be drawn from a range: `60s`, `30s..120s`."""

import click

from lab import durations


class Span(click.ParamType[tuple[float, float]]):
    """An option's value that is a duration, or a least and a most; arrives as seconds."""

    name = "span"

    def __init__(self, shortest_s: float, longest_s: float) -> None:
        self._one = durations.Duration(shortest_s, longest_s)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Return the least and the most, seconds."""
        if isinstance(value, tuple):
            return (float(value[0]), float(value[1]))
        least, dots, most = str(value).partition("..")
        low = self._one.convert(least, param, ctx)
        high = self._one.convert(most, param, ctx) if dots else low
        if low > high:
            self.fail(f"{value} is the wrong way round. Write {most}..{least}.", param, ctx)
        return low, high
