"""Durations as people type them: `30s`, `5m`, `1m30s`, `1h`."""

import click

from chaos.durations import seconds, text

__all__ = ["Duration", "seconds", "text"]


class Duration(click.ParamType[float]):
    """An option's value that is a duration of `shortest_s` to `longest_s` seconds."""

    name = "duration"

    def __init__(self, shortest_s: float, longest_s: float) -> None:
        self.shortest_s = shortest_s
        self.longest_s = longest_s

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, int | float):
            return float(value)
        try:
            duration_s = seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not self.shortest_s <= duration_s <= self.longest_s:
            bounds = f"from {text(self.shortest_s)} to {text(self.longest_s)}"
            self.fail(f"{value} is out of range. Write anything {bounds}.", param, ctx)
        return duration_s
