"""Colours that tell services apart."""

from collections.abc import Iterable

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_blue", "bright_yellow")


class Palette:
    """Gives every service a colour, in the order in which they are named; red is kept for errors."""

    def __init__(self, services: Iterable[str]) -> None:
        self._order = {service: place for place, service in enumerate(dict.fromkeys(services))}

    def of(self, service: str) -> str:
        """Return the colour of one service."""
        return COLOURS[self._order.get(service, 0) % len(COLOURS)]
