"""Curves on logarithmic axes, as SVG."""

from __future__ import annotations

import math

_COLOURS = ("#1b6ca8", "#c0392b", "#27803b", "#8e5bb5", "#b8860b")
_LEFT, _TOP, _WIDTH, _HEIGHT = 70, 20, 420, 280


def draw(curves: dict[str, list[tuple[float, float]]], axis: str) -> str:
    """Curves by name, each of (x, y) with both above 0; ``axis`` names x."""
    points = [point for curve in curves.values() for point in curve]
    (x0, x1), (y0, y1) = (_decades([point[i] for point in points]) for i in (0, 1))

    def place(x: float, y: float) -> tuple[float, float]:
        right = (math.log10(x) - x0) / (x1 - x0) * _WIDTH
        up = (math.log10(y) - y0) / (y1 - y0) * _HEIGHT
        return _LEFT + right, _TOP + _HEIGHT - up

    parts = [f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#999"/>']
    for power in range(x0, x1 + 1):
        x, _ = place(10**power, 10**y0)
        parts.append(f'<text x="{x:.0f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(y0, y1 + 1):
        _, y = place(10**x0, 10**power)
        parts.append(f'<path d="M{_LEFT} {y:.0f}h{_WIDTH}" stroke="#eee"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>')
    parts.append(f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 38}" text-anchor="middle">{axis}</text>')
    for (name, curve), colour in zip(curves.items(), _COLOURS, strict=False):
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in curve))
        x, y = place(*curve[-1])
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 8:.0f}" y="{y + 4:.0f}" fill="{colour}">{name}</text>')
    size = f'width="{_LEFT + _WIDTH + 160}" height="{_TOP + _HEIGHT + 50}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])


def _decades(values: list[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)
