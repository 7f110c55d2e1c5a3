"""Speed as a ratio to a floor measured in the same run: the same rows, the same bytes, in the barest way.

Absolute figures depend on the machine and on who else uses it; the ratio holds. Each bench builds its own data, in a
scratch database where it changes any, and gives a JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from nesk.bench import measures
from nesk.bench.doors import doors

BENCHES: dict[str, Callable[[int | None], Iterator[dict[str, object]]]] = {
    "demo": measures.demo_town,
    "pages": measures.pages,
    "readings": measures.readings,
    "receipt": measures.receipt,
    "close": measures.closing,
    "doors": doors,
}


def run(name: str | None, accounts: int | None) -> Iterator[str]:
    """Lines of one bench, or of all, over towns of so many accounts. Raises KeyError for a name nobody has."""
    chosen = BENCHES if name in (None, "all") else {name: BENCHES[name]}  # type: ignore[index]
    for bench in chosen.values():
        for result in bench(accounts):
            yield json.dumps(result, ensure_ascii=False)
