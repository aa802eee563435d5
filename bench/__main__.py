"""`make bench`: every figure beside its limit and its peer, one JSON line each; ARGS="vault trail" names some.

Everything is measured in one throw-away house with durable writes. Nothing of `make run` is touched.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import bench
from bench._house import house


def main(names: list[str]) -> None:
    """Print the figures of the modules named, or of all of them."""
    with house():
        for figure in figures(names):
            print(json.dumps(figure), flush=True)


def figures(names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the figures of each module in turn."""
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    for name in names or known:
        yield from importlib.import_module(f"bench.{name}").figures()


if __name__ == "__main__":
    main(sys.argv[1:])
