"""Begin a disposal run that asks nobody, and be a process of its own that carries out some chunks of one."""

import json
import time
from contextlib import suppress
from pathlib import Path

from django.utils import timezone

from accounts.models import Account
from retention import nights
from retention.beginnings import make_default
from retention.disposal import dispose
from retention.models import DisposalRules, Policy, Run, RunState
from trail.actor import Actor

CHILD = "import sys, django; django.setup(); from bench._run import be_a_run; be_a_run(sys.argv[1])"
ENOUGH_CHUNKS = 20
ENDLESS = 10**9


class _Enough(Exception):
    """So many chunks tell what a run needs."""


def begun(account: Account, *, keep: str = "1 year") -> Run:
    """Begin a run, with a run before it that foresaw everything."""
    policy = make_default(account)
    Policy.objects.filter(pk=policy.pk).update(keep=keep)
    DisposalRules.objects.get_or_create(account=account, defaults={"from_hour": 0, "to_hour": 24})
    now = timezone.now()
    Run.objects.filter(account=account).update(state=RunState.COMPLETED)
    Run.objects.update_or_create(
        account=account, reference="DISP-2000-000001",
        defaults={"state": RunState.COMPLETED, "cut_off": now.date(), "policies_at": now, "finished_at": now,
                  "next_foreseen": ENDLESS},
    )  # fmt: skip
    run = nights.begin(account, actor=actor_of(account))
    if run.state != RunState.RUNNING:
        raise SystemExit(f"The run asks for a person ({run.code}), so nothing was measured.")
    return run


def actor_of(account: Account) -> Actor:
    """Return who disposes by night."""
    return Actor.job(on_behalf_of=None, account_id=account.pk)


def be_a_run(account_id: str) -> None:
    """Dispose of some chunks; say how much memory the process took (MiB), and how long the count before took (s)."""
    account, chunks = Account.objects.get(pk=account_id), 0
    begun_at = time.perf_counter()
    run = begun(account)
    seconds = time.perf_counter() - begun_at

    def tell(done: int, total: int | None = None) -> None:
        nonlocal chunks
        chunks += 1
        if chunks > ENOUGH_CHUNKS:
            raise _Enough

    with suppress(_Enough):
        dispose(run.pk, actor=actor_of(account), progress=tell)
    # Not `getrusage`: its peak begins with that of whoever started this process.
    (peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"mib": int(peak.split()[1]) / 1024, "begin_s": seconds}))
