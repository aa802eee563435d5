"""The jobs of imports: look into drop folders, unlink originals, forget names of rejects; and the clock's turns."""

from django.db import transaction

from accounts.actors import house
from accounts.models import Account
from interactions import scanning, unlinking
from interactions.collecting import COLLECT, collect
from interactions.drop_folders import enqueue_due
from interactions.runs import KEEP_REJECTS
from jobs.clock import every
from jobs.models import Job
from jobs.queue import enqueue
from jobs.registry import Progress, job
from jobs.runner import actor_of

DAY_S = 24 * 3_600
FORGET_OLD_NAMES = "interactions.forget_old_names"


@job(scanning.JOB)
def read_all_texts_again(job: Job, progress: Progress) -> None:
    """Do the deep scan the job names."""
    if job.subject is not None:
        scanning.run_scan(job.subject, actor=actor_of(job), progress=progress)


@job(COLLECT)
def look_into_drop_folder(job: Job, progress: Progress) -> None:
    """Import what is complete and new in the drop folder the job names."""
    if job.subject is not None:
        collect(job.subject, actor=actor_of(job), progress=progress)


@job(unlinking.UNLINK)
def unlink_originals(job: Job, progress: Progress) -> None:
    """Unlink the doomed originals of the job's account."""
    if job.account_id is not None:
        unlinking.unlink_doomed(job.account_id, actor=actor_of(job), progress=progress)


@job(unlinking.FORGET_NAMES)
def forget_names(job: Job, progress: Progress) -> None:
    """Forget the names of rejects, since a person of the account was forgotten."""
    if job.account_id is not None:
        unlinking.forget_names(job.account_id, actor=actor_of(job), ground=unlinking.RIGHT_TO_ERASURE)


@job(FORGET_OLD_NAMES)
def forget_old_names(job: Job, progress: Progress) -> None:
    """Forget the names of rejects that were kept long enough."""
    if job.account_id is not None:
        actor = actor_of(job)
        unlinking.forget_names(job.account_id, actor=actor, ground=unlinking.AGE, older_than=KEEP_REJECTS)


@every(15)
def look_when_due() -> None:
    """Queue a look into each drop folder whose turn it is."""
    enqueue_due()


@every(DAY_S)
def forget_old_names_daily() -> None:
    """Queue the forgetting of names that are older than they are kept."""
    for account in Account.objects.filter(pk__in=unlinking.accounts_with_old_names()):
        with transaction.atomic():
            enqueue(FORGET_OLD_NAMES, account_id=account.pk, subject=None, actor=house(account))
