"""Every address of the running URLconf, and one row of each kind to put into them."""

from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Account, Line, PurposeRule, Team
from customers.merging import merge_customers
from customers.models import Merge, Restriction
from interactions.models import DropFolder, ImportRun, Recording, SavedSearch, Voicemail
from interactions.scanning import start_scan
from retention.holds import Covered, place_hold
from retention.models import Policy, Run, RunState
from rtbf.cases.evidence import attach_evidence
from rtbf.cases.letters import prepare_letter
from rtbf.dossier.handing_out import raise_dossier
from rtbf.models import Closure, ExternalSystem, ExternalTask
from rtbf.requests.lifecycle import plan_request
from tests.conftest import Person
from tests.makers import make_agent, make_customer, make_interaction, make_sound
from trail.append import append

ALICE = "+12025550147"


def routes() -> list[str]:
    """Return every route as the URLconf writes it."""
    return sorted(set(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from _walk(each, route)


def make_rows(account: Account, supervisor: Person, officer: Person) -> dict[str, object]:
    """Make one row of each kind in an account; the keys are what a route holds in its place."""
    linda = make_agent(account)
    call = make_interaction(
        account,
        make_customer(account, phone=ALICE),
        agent=linda,
        phone=ALICE,
        transcript=[("customer", "hello")],
    )
    sounds = [make_sound(call, model, b"RIFF sound") for model in (Recording, Voicemail)]
    hold = place_hold(
        actor=officer.actor,
        account=account,
        covers=[Covered("interactions.Interaction", call.pk)],
        matter="Brown against Bank",
        reason="Claim of May",
    )
    request = plan_request(actor=supervisor.actor, account=account, identifiers=[ALICE])
    system = ExternalSystem.objects.create(account=account, kind="crm", name="CRM", places="Contact: Phone")
    task = ExternalTask.objects.create(account=account, request=request, system=system, due_on="2026-07-01")
    letter = prepare_letter(actor=supervisor.actor, request=request, kind="done", to="", subject="s", body="b")
    file = attach_evidence(actor=supervisor.actor, request=request, name="a.pdf", content=b"%PDF-1")
    return {
        "rows/<int:row>": request.items.order_by("pk").values_list("pk", flat=True)[0],
        "evidence/<uuid:part>": file.pk,
        "letters/<uuid:part>": letter.pk,
        "letters/<slug:kind>": "done",
        "certificate/<int:version>.<str:form>": "1.json",
        "dossiers/<uuid:pk>": raise_dossier(actor=supervisor.actor, account=account, identifiers=[ALICE]).pk,
        "interactions/<uuid:pk>": call.pk,
        "recordings/<uuid:sound_id>": sounds[0].pk,
        "voicemails/<uuid:sound_id>": sounds[1].pk,
        "customers/<uuid:pk>": call.customer_id,
        "staff/<uuid:pk>": supervisor.membership.pk,
        "restrictions/<uuid:pk>": _restricted(account, supervisor).pk,
        "merges/<uuid:pk>": _merged(account, supervisor).pk,
        "systems/<uuid:pk>": system.pk,
        "tasks/<uuid:pk>": task.pk,
        "holds/<uuid:pk>": hold.pk,
        "imports/<uuid:pk>": ImportRun.objects.create(account=account).pk,
        "imports/folders/<uuid:pk>": DropFolder.objects.create(account=account, place=f"/srv/drop/{account.pk}").pk,
        "requests/<uuid:pk>": request.pk,
        "searches/<uuid:pk>": make_search(account, supervisor).pk,
        "deep-scans/<uuid:pk>": start_scan(actor=supervisor.actor, account=account).pk,
        "closing/<uuid:pk>": Closure.objects.create(account=account, reference="CLOSE-1", state="cancelled").pk,
        "purposes/<uuid:pk>": PurposeRule.objects.create(account=account, purposes=["training"]).pk,
        "policies/<uuid:pk>": Policy.objects.filter(account=account).order_by("pk")[0].pk,
        "disposal/<uuid:pk>": _run(account).pk,
        "log/entries/<uuid:pk>": append("test.made", actor=supervisor.actor).pk,
        "accounts/membership/<path:object_id>": officer.membership.pk,
        "accounts/agent/<path:object_id>": linda.pk,
        "accounts/team/<path:object_id>": Team.objects.create(account=account, name="Night").pk,
        "accounts/line/<path:object_id>": Line.objects.get(account=account).pk,
        "accounts/account/<path:object_id>": account.pk,
        "(?P<app_label>accounts)": "accounts",
        "(?P<url>.*)": "nowhere",
        "(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-set-password",
    }


def _run(account: Account) -> Run:
    """Make a disposal run that waits for a person."""
    now = timezone.now()
    return Run.objects.create(
        account=account, reference="DISP-1", state=RunState.REFUSED, code="first", cut_off=now.date(), policies_at=now
    )


def make_search(account: Account, member: Person, name: str = "May") -> SavedSearch:
    """Make a search of a member."""
    return SavedSearch.objects.create(account=account, user=member.user, name=name, queue="Service")


def _restricted(account: Account, supervisor: Person) -> Restriction:
    """Restrict the data of a customer without calls."""
    return Restriction.objects.create(
        account=account, customer=make_customer(account, email="dora@example.com"), request_id=account.pk,
        reference="REST-1", ground="claims", placed_by=supervisor.user,
    )  # fmt: skip


def _merged(account: Account, supervisor: Person) -> Merge:
    """Make two customers of an account who were found to be one."""
    two = [make_customer(account, email=f"carol{number}@example.com") for number in (1, 2)]
    return merge_customers(actor=supervisor.actor, customer=two[0], other=two[1])


def path_of(route: str, rows: Mapping[str, object]) -> str:
    """Return the address of a route with the rows' ids in it."""
    path = route.replace("^", "").replace("$", "")
    for part, value in rows.items():
        before = part.rsplit("/", 1)[0] + "/" if "/<" in part else ""
        path = path.replace(part.replace("$", ""), f"{before}{value}")
    if "<" in path:
        raise LookupError(f"{route} wants a kind of row that make_rows does not make")
    return f"/{path}"
