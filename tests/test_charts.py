"""Geometry of the charts: whatever was measured lies inside its drawing, in the order of its value."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import charts
from classifier.charts import Measure, Scale
from classifier.ml.metrics import interval

numbers = st.floats(-1e9, 1e9).filter(lambda number: number == 0 or abs(number) > 1e-9)
shares = st.floats(0, 1)
counted = st.integers(1, 10**6).flatmap(lambda texts: st.tuples(st.integers(0, texts), st.just(texts)))
measures = st.lists(counted, min_size=1, max_size=12).map(
    lambda pairs: [
        Measure(str(place), texts, interval(right / texts, texts)) for place, (right, texts) in enumerate(pairs)
    ]
)
matrices = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 999), min_size=size, max_size=size), min_size=size, max_size=size)
)


def inside(*places):
    return all(0 <= place <= 1 for place in places)


@given(st.lists(numbers, min_size=1), st.integers(1, 10))
def test_a_scale_holds_all_values_between_few_round_ends(values, steps):
    scale = charts.scale_of(values, steps)
    slack = scale.step * 1e-6
    assert scale.low - slack <= min(values)
    assert max(values) <= scale.high + slack
    assert 2 <= len(scale.ticks) <= steps + 3


@given(st.lists(shares, min_size=1))
def test_a_scale_of_shares_stays_within_none_and_all(values):
    scale = charts.scale_of(values, 4, 0.0, 1.0)
    assert 0 <= scale.low < scale.high <= 1


def test_a_scale_as_one_would_draw_it():
    assert charts.scale_of([0.682, 0.913], 4, 0, 1) == Scale(0.6, 1.0, 0.1)
    assert [tick.value for tick in charts.scale_of([0.9863, 1.0], 4, 0, 1).ticks] == [0.985, 0.99, 0.995, 1.0]


@given(st.lists(numbers, min_size=2, max_size=2, unique=True), numbers, numbers)
def test_places_grow_with_the_values_and_stay_inside(ends, one, other):
    scale = Scale(min(ends), max(ends), 1)
    low, high = sorted((one, other))
    assert inside(scale.place(low), scale.place(high))
    assert scale.place(low) <= scale.place(high)


@given(measures)
def test_a_dot_lies_within_its_interval(found):
    chart = charts.rows_of(found)
    assert [row.measure for row in chart.rows] == found
    for row in chart.rows:
        assert inside(row.place, row.start, row.end)
        assert row.start <= row.place + 1e-9
        assert row.place <= row.end + 1e-9


@given(measures)
def test_a_larger_share_is_drawn_further_right_and_higher(found):
    ordered = sorted(found, key=lambda measure: measure.share.value)
    assert [row.place for row in charts.rows_of(ordered).rows] == sorted(
        row.place for row in charts.rows_of(found).rows
    )
    heights = [1 - point.y for point in charts.by_order(ordered).points]
    assert heights == sorted(heights)


@given(measures)
def test_points_in_order_are_as_far_apart_and_joined(found):
    plot = charts.by_order(found)
    places = [point.x for point in plot.points]
    assert inside(*places)
    assert [after - before for before, after in pairwise(places)] == pytest.approx([1 / len(found)] * (len(found) - 1))
    assert len(plot.segments) == len(found) - 1
    assert all(inside(point.y, point.top, point.bottom) for point in plot.points)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_a_curve_goes_from_end_to_end_without_gap(values):
    plot = charts.curve(values)
    assert plot.points[0].x == 0
    assert len(values) == 1 or plot.points[-1].x == 1
    assert all(math.isfinite(point.y) and inside(point.x, point.y) for point in plot.points)
    assert all(line.x2 > line.x1 for line in plot.segments)


@given(st.data())
def test_reliability_is_drawn_inside_with_columns_that_hold_all_texts(data):
    found = data.draw(measures)
    confidences = sorted(data.draw(st.lists(shares, min_size=len(found), max_size=len(found))))
    plot = charts.against_ideal(confidences, found)
    assert sum(bar.height for bar in plot.bars) == pytest.approx(1)
    assert all(inside(bar.x, bar.y, bar.x + bar.width - 1e-9, bar.height) and bar.width >= 0 for bar in plot.bars)
    assert all(inside(*line) for line in plot.ideal)


def test_a_perfect_model_lies_on_the_dashed_line():
    confidences = [0.4, 0.6, 0.8, 1.0]
    plot = charts.against_ideal(confidences, [Measure("", 100, interval(share, 100)) for share in confidences])
    [line] = plot.ideal
    for point in plot.points:
        assert point.y == pytest.approx(line.y1 + (line.y2 - line.y1) * point.x)


@given(matrices)
def test_a_row_of_a_matrix_shares_out_its_texts(counts):
    drawn = charts.matrix(counts)
    for cells, row in zip(drawn, counts, strict=True):
        assert [cell.count for cell in cells] == row
        assert sum(cell.share for cell in cells) == pytest.approx(1 if sum(row) else 0)
        assert inside(*(cell.strength for cell in cells))


def test_the_largest_mistake_has_the_strongest_colour():
    (_, first), (second, _) = charts.matrix([[90, 10], [5, 95]])
    assert (first.strength, second.strength, first.right) == (1, pytest.approx(0.5), False)
