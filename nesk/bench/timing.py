"""Taking turns between the thing and its floor, so that a noisy machine is noisy to both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def compare(
    bench: str, thing: Callable[[], object], floor: Callable[[], object], *, rounds: int, n: int = 1, notes: str = ""
) -> dict[str, object]:
    """Run both `rounds` times in turn. `n` is how many units one run does."""
    for once in (thing, floor):
        once()
    mine, bare = [], []
    for _ in range(rounds):
        for once, times in ((thing, mine), (floor, bare)):
            began = time.perf_counter()
            once()
            times.append(time.perf_counter() - began)
    return result(bench, mine, sum(bare), n=n * rounds, floor_median=statistics.median(bare), notes=notes)


def result(
    bench: str, times: list[float], floor_seconds: float, *, n: int, floor_median: float | None = None, notes: str = ""
) -> dict[str, object]:
    """One line: the ratio is of medians where there are rounds, of whole times otherwise."""
    seconds = sum(times)
    ratio = (
        statistics.median(times) / floor_median if floor_median else seconds / floor_seconds if floor_seconds else None
    )
    ordered = sorted(times)
    return {
        "bench": bench,
        "n": n,
        "seconds": round(seconds, 4),
        "rate": round(n / seconds, 1) if seconds else None,
        "floor_seconds": round(floor_seconds, 4),
        "ratio": round(ratio, 2) if ratio else None,
        "p50_ms": round(statistics.median(times) * 1000, 2) if len(times) > 1 else None,
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 2) if len(times) > 1 else None,
        "notes": notes,
    }
