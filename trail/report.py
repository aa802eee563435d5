"""What a verification found, in plain sentences that name position and entry and nothing personal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

KEPT = 100
"""Findings kept in full; a log cut in the middle would otherwise fill the memory."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed. `position` counts from 0."""

    code: str
    sentence: str
    position: int | None = None
    event_id: UUID | None = None

    def __str__(self) -> str:
        return self.sentence


@dataclass(slots=True)
class Report:
    """Entries with a place, entries still waiting for one, checked checkpoints, and what was found.

    details_opened: sealed details that were opened and compared with their commitment.
    """

    entries: int = 0
    pending: int = 0
    checkpoints: int = 0
    outside: int = 0
    details_opened: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    findings_count: int = 0

    @property
    def ok(self) -> bool:
        """Say whether everything is as it was sealed."""
        return self.findings_count == 0

    def add(self, code: str, sentence: str, *, position: int | None = None, event_id: UUID | None = None) -> None:
        """Note a finding; past the first hundred only their number."""
        self.findings_count += 1
        if len(self.findings) < KEPT:
            self.findings.append(Finding(code, sentence, position, event_id))

    def sentences(self) -> Iterator[str]:
        """Yield the findings for people to read."""
        yield from (finding.sentence for finding in self.findings)
        if self.findings_count > KEPT:
            yield f"… and {self.findings_count - KEPT} more."
