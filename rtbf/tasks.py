"""The jobs of requests: search for whom one names, carry one out, prove it."""

from jobs.clock import every
from jobs.models import OPEN, Job
from jobs.queue import enqueue
from jobs.registry import Progress, job
from jobs.runner import actor_of
from rtbf.cases.letters import SEND, deliver_letter
from rtbf.cases.reminders import END_CASES, REMIND, forget_outlived, queue_reminders, remind
from rtbf.closing.asking import JOB as CLOSE_DOWN
from rtbf.closing.carrying_out import close_down
from rtbf.dossier.handing_out import BUILD, END, build, end
from rtbf.execution.carrying_out import Execution, execute
from rtbf.external.reminders import MIND_TASKS, mind, queue_minding
from rtbf.external.sending import send_task
from rtbf.external.tasking import SEND_TASK
from rtbf.models import Dossier, Request
from rtbf.proof.certificate import CERTIFY, issue, unfinished
from rtbf.proof.proving import SEARCH, prove
from rtbf.queueing import EXECUTE
from rtbf.requests.raising import DISCOVER, discover_request
from trail.actor import Actor


@job(EXECUTE)
def execute_request(job: Job, progress: Progress) -> None:
    """Carry out the request the job names."""
    if job.subject is not None:
        execute(job.subject, actor=actor_of(job), progress=progress)


@job(CLOSE_DOWN)
def close_account(job: Job, progress: Progress) -> None:
    """Carry out the closing of the account the job names."""
    if job.subject is not None:
        close_down(job.subject, actor=actor_of(job), progress=progress)


@job(SEND)
def send_letter(job: Job, progress: Progress) -> None:
    """Send the letter the job names by e-mail."""
    if job.subject is not None:
        deliver_letter(job.subject, actor=actor_of(job))


@job(REMIND)
def remind_of_requests(job: Job, progress: Progress) -> None:
    """Remind people of the account's requests that are due."""
    if job.subject is not None:
        remind(job.subject, actor=actor_of(job))


@job(END_CASES)
def end_case_files(job: Job, progress: Progress) -> None:
    """Destroy what was typed for the account's requests whose case file is gone."""
    if job.subject is not None:
        forget_outlived(job.subject, actor=actor_of(job))


@every(1_800)
def look_at_clocks() -> None:
    """Queue reminders, and let what belongs to ended requests age."""
    queue_reminders()


@job(DISCOVER)
def search_for_request(job: Job, progress: Progress) -> None:
    """Search for whom the request names and freeze its plan."""
    if job.subject is not None:
        discover_request(job.subject, actor=actor_of(job), progress=progress)


@job(SEARCH)
def search_and_conclude(job: Job, progress: Progress) -> None:
    """Search for what may be left of the person, then end the request."""
    if job.subject is not None:
        request, actor = Request.objects.get(pk=job.subject), actor_of(job)
        proved = prove(request, actor=actor, progress=progress)
        Execution(request, actor, progress).close(proved=proved)
        enqueue(CERTIFY, account_id=request.account_id, subject=request.pk, actor=actor)


@job(CERTIFY)
def certify_request(job: Job, progress: Progress) -> None:
    """Issue the certificate of an ended request, or its next version."""
    if job.subject is not None:
        issue(Request.objects.get(pk=job.subject), actor=actor_of(job))


@job(BUILD)
def build_dossier(job: Job, progress: Progress) -> None:
    """Put the dossier together that the job names."""
    if job.subject is not None:
        build(Dossier.objects.select_related("account").get(pk=job.subject), actor=actor_of(job), progress=progress)


@job(END)
def end_dossier(job: Job, progress: Progress) -> None:
    """Erase a dossier that was fetched."""
    if job.subject is not None:
        end(Dossier.objects.get(pk=job.subject), actor=actor_of(job))


@every(600)
def certify_when_due() -> None:
    """Look again at certificates that wait for a later moment."""
    waiting = set(Job.objects.filter(kind=CERTIFY, status__in=OPEN).values_list("subject", flat=True))
    for request in unfinished():
        if request.pk not in waiting:
            actor = Actor.job(on_behalf_of=None, account_id=request.account_id)
            enqueue(CERTIFY, account_id=request.account_id, subject=request.pk, actor=actor)


@job(SEND_TASK)
def send_task_to_system(job: Job, progress: Progress) -> None:
    """Send a task to the connector of its system."""
    if job.subject is not None:
        send_task(job.subject, actor=actor_of(job), job=job)


@job(MIND_TASKS)
def mind_tasks(job: Job, progress: Progress) -> None:
    """Remind owners of tasks for other systems, and find those that got stuck."""
    if job.subject is not None:
        mind(job.subject, actor=actor_of(job))


@every(600)
def mind_tasks_when_due() -> None:
    """Queue the look after tasks for other systems."""
    queue_minding()
