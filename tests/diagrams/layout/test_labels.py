"""Labels move off what they would cover, as far as there is room."""

from __future__ import annotations

import pytest

from jobstate.diagrams.layout.labels import indent
from jobstate.diagrams.layout.layout import Course, Rectangle


def straight(*ends: tuple[float, float]) -> Course:
    """Return a straight line as a spline."""
    (x, y), (to_x, to_y) = ends
    steps = [(x + (to_x - x) * part / 3, y + (to_y - y) * part / 3) for part in range(4)]
    return Course(points=tuple(steps), curved=True)


@pytest.mark.parametrize(
    ("course", "far"),
    [
        (straight((300, 0), (300, 80)), 0),
        (straight((0, 40), (90, 40)), 0),  # below it
        (straight((20, 0), (20, 60)), 12),
        (straight((40, 0), (40, 60)), 32),
        (straight((0, 10), (400, 10)), 0),  # no place is free
    ],
)
def test_a_label_goes_to_the_right_of_what_crosses_it(course: Course, far: float) -> None:
    """By as little as is enough, and not where it would be crossed all the same."""
    assert indent(Rectangle(10, 0, 60, 26), 100, [course]) == far
