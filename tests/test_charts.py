"""Positions in charts lie inside and follow the values."""

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier import charts
from classifier.charts import Scale, Score
from classifier.ml.metrics import wilson_interval

numbers = st.floats(-1e9, 1e9).filter(lambda number: number == 0 or abs(number) > 1e-9)
shares = st.floats(0, 1)
right_of_texts = st.integers(1, 10**6).flatmap(lambda texts: st.tuples(st.integers(0, texts), st.just(texts)))
scores = st.lists(right_of_texts, min_size=1, max_size=12).map(
    lambda pairs: [
        Score(str(place), texts, wilson_interval(right / texts, texts)) for place, (right, texts) in enumerate(pairs)
    ]
)
matrices = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 999), min_size=size, max_size=size), min_size=size, max_size=size)
)


def inside(*places):
    return all(0 <= place <= 1 for place in places)


@example([0.12], 6)  # 0.12 + 0.02 is less than 0.14
@given(st.lists(numbers, min_size=1), st.integers(1, 10))
def test_scale_holds_all_values_between_few_round_ends(values, steps):
    scale = charts.round_scale(values, steps)
    slack = scale.step * 1e-6
    assert scale.low - slack <= min(values)
    assert max(values) <= scale.high + slack
    assert 2 <= len(scale.ticks) <= steps + 3


@given(st.lists(shares, min_size=1))
def test_scale_of_shares_stays_within_0_and_1(values):
    scale = charts.round_scale(values, 4, 0.0, 1.0)
    assert 0 <= scale.low < scale.high <= 1


def test_scale_has_round_ticks():
    assert charts.round_scale([0.682, 0.913], 4, 0, 1) == Scale(0.6, 1.0, 0.1)
    assert [tick.value for tick in charts.round_scale([0.9863, 1.0], 4, 0, 1).ticks] == [0.985, 0.99, 0.995, 1.0]


@given(st.lists(numbers, min_size=2, max_size=2, unique=True), numbers, numbers)
def test_places_grow_with_the_values_and_stay_inside(ends, one, other):
    scale = Scale(min(ends), max(ends), 1)
    low, high = sorted((one, other))
    assert inside(scale.place(low), scale.place(high))
    assert scale.place(low) <= scale.place(high)


@given(scores)
def test_dot_lies_within_its_interval(values):
    chart = charts.dot_plot(values)
    assert [dot.score for dot in chart.dots] == values
    for dot in chart.dots:
        assert inside(dot.place, dot.start, dot.end)
        assert dot.start <= dot.place + 1e-9
        assert dot.place <= dot.end + 1e-9


@given(scores)
def test_larger_share_lies_further_right_and_higher(values):
    ordered = sorted(values, key=lambda score: score.share.value)
    assert [dot.place for dot in charts.dot_plot(ordered).dots] == sorted(
        dot.place for dot in charts.dot_plot(values).dots
    )
    heights = [1 - point.y for point in charts.line_plot(ordered).points]
    assert heights == sorted(heights)


@given(scores)
def test_points_of_a_line_plot_are_equally_far_apart_and_joined(values):
    plot = charts.line_plot(values)
    places = [point.x for point in plot.points]
    assert inside(*places)
    assert [after - before for before, after in pairwise(places)] == pytest.approx(
        [1 / len(values)] * (len(values) - 1)
    )
    assert len(plot.segments) == len(values) - 1
    assert all(inside(point.y, point.top, point.bottom) for point in plot.points)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_loss_curve_goes_from_end_to_end_without_gap(values):
    plot = charts.loss_curve(values)
    assert plot.points[0].x == 0
    assert len(values) == 1 or plot.points[-1].x == 1
    assert all(math.isfinite(point.y) and inside(point.x, point.y) for point in plot.points)
    assert all(line.x2 > line.x1 for line in plot.segments)


@pytest.mark.parametrize(("passes", "names"), [(1, "1"), (9, "123456789"), (10, "13579"), (19, "1 4 7 10 13 16 19")])
def test_names_below_a_plot_are_few_enough_to_read(passes, names):
    points = charts.loss_curve([1.0] * passes).named_points
    assert [point.score.name for point in points] == (names.split() if " " in names else list(names))


@given(st.data())
def test_reliability_diagram_lies_inside_and_its_columns_hold_all_texts(data):
    values = data.draw(scores)
    confidences = sorted(data.draw(st.lists(shares, min_size=len(values), max_size=len(values))))
    plot = charts.reliability_diagram(confidences, values)
    assert sum(column.height for column in plot.columns) == pytest.approx(1)
    for column in plot.columns:
        assert column.width >= 0
        assert inside(column.x, column.y, column.x + column.width - 1e-9, column.height)
    assert all(inside(*line) for line in plot.ideal)


def test_perfect_model_lies_on_the_ideal_line():
    shares = [0.4, 0.6, 0.8, 1.0]
    plot = charts.reliability_diagram(shares, [Score("", 100, wilson_interval(share, 100)) for share in shares])
    [line] = plot.ideal
    for point in plot.points:
        assert point.y == pytest.approx(line.y1 + (line.y2 - line.y1) * point.x)


@given(matrices)
def test_cells_of_a_row_hold_all_its_texts(counts):
    cells_by_row = charts.matrix_cells(counts)
    for cells, row in zip(cells_by_row, counts, strict=True):
        assert [cell.count for cell in cells] == row
        assert sum(cell.share for cell in cells) == pytest.approx(1 if sum(row) else 0)
        assert inside(*(cell.strength for cell in cells))


def test_largest_mistake_has_the_strongest_colour():
    (_, first), (second, _) = charts.matrix_cells([[90, 10], [5, 95]])
    assert (first.strength, second.strength, first.right) == (1, pytest.approx(0.5), False)
