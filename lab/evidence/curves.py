"""Smooth lines through points, as SVG writes them."""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
Piece = tuple[Point, Point, Point, Point]
"""A cubic Bézier curve."""
REACH = 0.45
TIP = 9.0


def through(points: Sequence[Point]) -> list[Piece]:
    """Return pieces from point to point, level at each of them."""
    found = []
    for (x, y), (to_x, to_y) in pairwise(points):
        reach = (to_x - x) * REACH
        found.append(((x, y), (x + reach, y), (to_x - reach, to_y), (to_x, to_y)))
    return found


def loop(x: float, y: float) -> list[Piece]:
    """Return a piece that leaves a box at its upper edge, around `x`, and comes back."""
    return [((x - 24, y), (x - 34, y - 34), (x + 34, y - 34), (x + 24, y))]


def path(curve: Sequence[Piece]) -> str:
    """Return the curve as the `d` of a path."""
    (x, y), *_ = curve[0]
    pieces = ("C" + " ".join(f"{x:.1f},{y:.1f}" for x, y in piece[1:]) for piece in curve)
    return f"M{x:.1f},{y:.1f} {' '.join(pieces)}"


def tip(curve: Sequence[Piece]) -> str:
    """Return the corners of the arrow's head, in the direction in which the curve arrives."""
    (from_x, from_y), (x, y) = curve[-1][2:]
    length = ((x - from_x) ** 2 + (y - from_y) ** 2) ** 0.5 or 1.0
    along_x, along_y = (x - from_x) / length * TIP, (y - from_y) / length * TIP
    corners = (
        (x, y),
        (x - along_x - along_y / 2, y - along_y + along_x / 2),
        (x - along_x + along_y / 2, y - along_y - along_x / 2),
    )
    return " ".join(f"{corner_x:.1f},{corner_y:.1f}" for corner_x, corner_y in corners)


def at(curve: Sequence[Piece], share: float) -> Point:
    """Return where one is after a share of the curve."""
    place = min(int(share * len(curve)), len(curve) - 1)
    t = share * len(curve) - place
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve[place], strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve[place], strict=True)),
    )
