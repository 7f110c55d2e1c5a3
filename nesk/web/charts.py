"""Charts drawn by the server: where the bars, lines and words of twelve months stand. `components/chart.html` prints them.

Widths are per cent and heights are pixels, so that letters keep their size and nothing needs a script or a style.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nesk.core.formatting import kwh, month_title, quantity, rub
from nesk.core.period import Month

HEIGHT = 196
_TOP, _BASE = 26, 168
_GAP = 2
"""Pixels between the parts of one bar."""


@dataclass(frozen=True, slots=True)
class Series:
    """One part of every bar: its class in the style sheet (day, night, peak, pay) and its title."""

    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """A month as given: one value for each series, the same month a year ago if known, whether it is only expected."""

    month: Month
    values: Sequence[int]
    year_ago: int | None = None
    planned: bool = False
    url: str = ""

    @property
    def total(self) -> int:
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """A month as drawn. `said` is read aloud, `value` is printed above the current one."""

    title: str
    said: str
    url: str
    current: bool
    planned: bool
    left: str
    width: str
    middle: str
    bars: Sequence[Bar]
    tick: tuple[str, str, str] | None
    value: str = ""
    value_y: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Ready for `chart(…)` of components/chart.html; the table below it is made of `items` and `series`."""

    label: str
    series: Sequence[Series]
    items: Sequence[Item]
    columns: Sequence[Column]
    grid: Sequence[str]
    unit: Callable[[int], str]
    cell: Callable[[int], str]
    height: int = HEIGHT
    base: str = f"{_BASE + 0.5}"
    baseline: str = f"{_BASE + 19}"
    with_year_ago: bool = field(default=False)
    with_planned: bool = field(default=False)


def usage_chart(
    items: Sequence[Item], series: Sequence[Series], *, current: Month | None = None, in_roubles: bool = False
) -> Chart:
    """Bars of the zones one above another, with a tick for a year ago. Values are kWh, or kopecks with `in_roubles`."""
    unit, cell = (rub, rub) if in_roubles else (kwh, quantity)
    scale = _scale([value for item in items for value in (item.total, item.year_ago or 0)])
    label = "Стоимость по месяцам, рублей" if in_roubles else "Расход по месяцам, кВт·ч"
    columns = [
        _stacked(i, len(items), item, series, scale, unit, item.month == current) for i, item in enumerate(items)
    ]
    return _chart(label, items, series, columns, scale, unit, cell)


def money_chart(items: Sequence[Item], series: Sequence[Series]) -> Chart:
    """Bars of charged and paid side by side; values are kopecks."""
    scale = _scale([value for item in items for value in item.values])
    columns = [_paired(i, len(items), item, series, scale) for i, item in enumerate(items)]
    return _chart("Начислено и оплачено по месяцам, рублей", items, series, columns, scale, rub, rub)


@dataclass(frozen=True, slots=True)
class _Scale:
    top: int
    step: int

    def y(self, value: float) -> float:
        """Pixels from the top; what is below nought stands on the base line."""
        return _BASE - max(0.0, value) * (_BASE - _TOP) / self.top


def _scale(values: Sequence[int]) -> _Scale:
    """A scale for the largest value with two to four lines at round numbers."""
    largest = max([1, *values])
    step = 1
    while largest > 4 * step:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return _Scale(largest, step)


def _chart(
    label: str,
    items: Sequence[Item],
    series: Sequence[Series],
    columns: Sequence[Column],
    scale: _Scale,
    unit: Callable[[int], str],
    cell: Callable[[int], str],
) -> Chart:
    return Chart(
        label=label,
        series=series,
        items=items,
        columns=columns,
        grid=[_px(scale.y(line)) for line in range(scale.step, scale.top + 1, scale.step)],
        unit=unit,
        cell=cell,
        with_year_ago=any(item.year_ago is not None for item in items),
        with_planned=any(item.planned for item in items),
    )


def _px(value: float) -> str:
    return f"{value:.1f}"


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def _stacked(
    i: int, count: int, item: Item, series: Sequence[Series], scale: _Scale, unit: Callable[[int], str], current: bool
) -> Column:
    slot = 100 / count
    width = slot * 0.6
    left = slot * i + (slot - width) / 2
    bars, top = [], float(_BASE)
    for one, value in reversed(list(zip(series, item.values, strict=True))):  # the first series stands on top
        height = _BASE - scale.y(value)
        if height <= 0:
            continue
        top -= height + (_GAP if bars else 0)
        bars.append(Bar(one.kind, _percent(left), _percent(width), _px(top), _px(height)))
    tick = None
    if item.year_ago is not None:
        year_ago_y = scale.y(item.year_ago)
        tick = (_percent(left - 0.6), _percent(left + width + 0.6), _px(year_ago_y))
        top = min(top, year_ago_y)
    parts = ", ".join(
        f"{one.title.lower()} {quantity(value) if unit is kwh else unit(value)}"
        for one, value in zip(series, item.values, strict=True)
    )
    said = f"{month_title(item.month)}: {unit(item.total)}" + (f", {parts}" if len(series) > 1 else "")
    said += (
        f"; год назад {quantity(item.year_ago) if unit is kwh else unit(item.year_ago)}"
        if item.year_ago is not None
        else ""
    )
    said += ", прогноз" if item.planned else ""
    value = (quantity(item.total) if unit is kwh else quantity(item.total // 100)) if current else ""
    return _column(i, slot, item, said, bars, current=current, tick=tick, value=value, value_y=_px(top - 8))


def _paired(i: int, count: int, item: Item, series: Sequence[Series], scale: _Scale) -> Column:
    slot = 100 / count
    width = slot * 0.72 / len(series) - slot * 0.03
    bars = [
        Bar(
            one.kind,
            _percent(slot * i + slot * 0.14 + n * (width + slot * 0.05)),
            _percent(width),
            _px(scale.y(value)),
            _px(_BASE - scale.y(value)),
        )
        for n, (one, value) in enumerate(zip(series, item.values, strict=True))
        if value > 0
    ]
    parts = ", ".join(f"{one.title.lower()} {rub(value)}" for one, value in zip(series, item.values, strict=True))
    return _column(i, slot, item, f"{month_title(item.month)}: {parts}", bars)


def _column(
    i: int,
    slot: float,
    item: Item,
    said: str,
    bars: Sequence[Bar],
    *,
    current: bool = False,
    tick: tuple[str, str, str] | None = None,
    value: str = "",
    value_y: str = "",
) -> Column:
    return Column(
        title=item.month.name[:3],
        said=said,
        url=item.url,
        current=current,
        planned=item.planned,
        left=_percent(slot * i),
        width=_percent(slot),
        middle=_percent(slot * (i + 0.5)),
        bars=bars,
        tick=tick,
        value=value,
        value_y=value_y,
    )
