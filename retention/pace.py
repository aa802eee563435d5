"""How many records a chunk of disposal takes: as many as go in about a third of a second on this machine, just now.

A chunk holds locks on what it disposes of, and a run is paused between chunks only, so none may take long. A larger one
pays less for what each chunk costs anyhow. It grows slowly and shrinks at once: a machine gets busy suddenly.
"""

from dataclasses import dataclass
from typing import Final

AIM_S: Final = 0.3
FIRST: Final = 200
LEAST, MOST = 20, 4_000
TIMES_MORE: Final = 2


@dataclass
class Pace:
    """How many records the next chunk takes."""

    size: int = FIRST

    def learn(self, taken: int, seconds: float) -> None:
        """Take next what this chunk would have done in `AIM_S`, at most twice as many; the rest of a pile tells little.

        `taken`: how many records the chunk took, which is `size` unless there were no more.
        """
        if taken < self.size:
            return
        fitting = min(taken * AIM_S / max(seconds, 0.001), taken * TIMES_MORE)
        self.size = round(max(LEAST, min(MOST, fitting)))
