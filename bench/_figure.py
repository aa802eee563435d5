"""One figure as `make bench` prints it: beside its limit (what the machine could do) and its peer (what others do)."""

from typing import Any

DIGITS = 3


def figure(
    area: str,
    name: str,
    value: float,
    unit: str,
    *,
    limit: float | None = None,
    peer: float | None = None,
    ratio: float | None = None,
    target: float | None = None,
    ok: bool | None = None,
) -> dict[str, Any]:
    """Return a figure. `ok` is None where nothing was promised; `target` says in words of `name` what it is of."""
    return {
        "area": area,
        "name": name,
        "value": round(value, DIGITS),
        "unit": unit,
        "limit": _rounded(limit),
        "peer": _rounded(peer),
        "ratio": _rounded(ratio),
        "target": target,
        "ok": ok,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)
