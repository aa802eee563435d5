"""The product's own source: its modules with their syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BELOW = ("vault", "privacy", "trail", "jobs", "accounts", "customers", "interactions", "retention", "rtbf", "audit")
APPS = (*BELOW, "config")
NOT_THE_PRODUCT = {"migrations", "testing"}


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its file relative to the checkout, its tree."""

    name: str
    path: str
    tree: ast.Module

    @property
    def app(self) -> str:
        return self.name.split(".", maxsplit=1)[0]

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Yield (last name of what is called, the call)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield (node.func.id if isinstance(node.func, ast.Name) else node.func.attr), node

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything imported, names within modules included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{each.name}" for each in node.names)


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the product."""
    files = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py"))
    return tuple(_read(file) for file in files if not NOT_THE_PRODUCT & set(file.relative_to(ROOT).parts))


def _read(file: Path) -> Module:
    path = file.relative_to(ROOT)
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    return Module(name, str(path), ast.parse(file.read_text(encoding="utf-8"), str(path)))
