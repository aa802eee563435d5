"""Make keys, shred, renew, rotate, read and copy, all at once, in processes that are killed at random.

`python -m tests.privacy.renewal_under_fire FOLDER SECONDS`. Each process writes what it did into FOLDER, and what
must not happen into its `problem`; the test that started this looks at what is left.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

ACCOUNTS = (UUID(int=1), UUID(int=2))
FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
KILL_EVERY_S = 0.12


def note(name: str, lines: list[str]) -> None:
    """Append lines in one write, so that a kill leaves them whole or away."""
    descriptor = os.open(FOLDER / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, "".join(f"{line}\n" for line in lines).encode())
    os.close(descriptor)


def told(name: str, folder: Path = FOLDER) -> list[str]:
    file = folder / name
    return file.read_text().splitlines() if file.exists() else []


def make(rng: random.Random) -> None:
    from privacy.keyring.ring import create_keys

    made = create_keys(rng.choice(ACCOUNTS), rng.choice((1, 5, 40)))
    note("made", [f"{each.id} {each.key.hex()}" for each in made])
    time.sleep(0.05)


def shred_some(rng: random.Random) -> None:
    from privacy.keyring.ring import shred

    made = [line.split()[0] for line in told("made")]
    ids = [UUID(each) for each in rng.sample(made, min(len(made), rng.choice((1, 2, 6))))]
    note("doomed", [str(each) for each in ids])
    shred(ids)
    note("shredded", [str(each) for each in ids])
    time.sleep(0.03)


def renew(rng: random.Random) -> None:
    from privacy.keyring.renewal import renew_blocks

    renewed = renew_blocks(everything=rng.random() < 0.05)
    note("renewed", [f"{renewed.blocks} {renewed.destroyed}"])
    if renewed.failed or renewed.because:
        note("problem", [f"renewal: {renewed}"])


def rotate(rng: random.Random) -> None:
    from privacy import keys

    keys.directory().rotate_root()
    note("rotated", ["1"])
    time.sleep(0.2)


def read(rng: random.Random) -> None:
    from privacy.keyring.ring import load_keys

    made = dict(line.split() for line in told("made"))
    ids = [UUID(each) for each in rng.sample(sorted(made), min(len(made), 20))]
    found = load_keys(ids)
    doomed = set(told("doomed"))
    wrong = [key_id for key_id, key in found.items() if key.hex() != made[str(key_id)]]
    absent = [key_id for key_id in ids if key_id not in found and str(key_id) not in doomed]
    if wrong or absent:
        note("problem", [f"read: {len(wrong)} wrong, {len(absent)} absent"])
    note("read", [str(len(found))])


def copy(rng: random.Random) -> None:
    """Take a backup of the keyring's table."""
    from privacy.keyring.models import Key

    note("copies", [f"{key_id} {bytes(wrapped).hex()}" for key_id, wrapped in Key.objects.values_list("id", "wrapped")])
    time.sleep(0.4)


ROLES: list[Callable[[random.Random], None]] = [make, make, shred_some, shred_some, renew, renew, rotate, read, copy]


def start(role: Callable[[random.Random], None]) -> int:
    """Fork a process that plays a role for ever; it opens connections and keys of its own."""
    child = os.fork()
    if child:
        return child
    try:
        rng = random.SystemRandom()
        while True:
            role(rng)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the test must hear of it
        note("problem", [f"{role.__name__}: {type(problem).__name__}: {problem}"])
    finally:
        os._exit(1)


def end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(seconds: float) -> None:
    import django

    django.setup()
    from privacy.keyring import block_renewal, renewal, ring

    # Small enough for every run to cross every border many times.
    ring.KEYS_A_BLOCK, block_renewal.BATCH, renewal.TOGETHER = 60, 20, 3
    rng = random.SystemRandom()
    children = [start(role) for role in ROLES]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(KILL_EVERY_S)
        place = rng.randrange(len(children))
        end(children[place])
        note("killed", [ROLES[place].__name__])
        children[place] = start(ROLES[place])
    for child in children:
        end(child)


if __name__ == "__main__":
    main(float(sys.argv[2]))
