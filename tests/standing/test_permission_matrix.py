"""Every address of the URLconf, asked by every role for a row of its own account and for one of another account."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts import roles
from accounts.models import Team, User
from interactions.models import Recording, Voicemail
from tests.conftest import Person, make_person
from tests.makers import make_agent, make_customer, make_interaction, make_sound
from tests.standing.addresses import make_rows, make_search, path_of, routes
from trail.models import Event

pytestmark = pytest.mark.django_db

ROLES = (roles.AGENT, roles.SUPERVISOR, roles.OFFICER, roles.AUDITOR, roles.ADMINISTRATOR)

# x: may. Whoever may gets the two statuses; whoever may not gets 403 and an entry, on both verbs.
# The last column ("other") is what whoever may gets for a row of another account, "-" where the address holds no row.
PAGES = """
route                                                       GET  POST  agent supervisor officer auditor admin  other
/                                                           200  200   x     x          x       x       x      -
/login/                                                     302  302   x     x          x       x       x      -
/password_change/                                           302  302   x     x          x       x       x      -
/jsi18n/                                                    200  405   x     x          x       x       x      -
/search/                                                    200  200   x     x          x       x       x      -
/select/                                                    200  405   x     x          x       x       x      -
/switch/                                                    405  404   x     x          x       x       x      -
/(?P<url>.*)$                                               404  404   x     x          x       x       x      -
/my-recordings/                                             200  405   x     x          .       .       .      -
/interactions/                                              200  405   x     x          .       .       .      -
/searches/                                                  200  405   x     x          .       .       .      -
/searches/save/                                             405  422   x     x          .       .       .      -
/searches/<uuid:pk>/change/                                 405  302   x     x          .       .       .      404
/searches/<uuid:pk>/remove/                                 405  302   x     x          .       .       .      404
/interactions/<uuid:pk>/                                    200  405   x     x          .       .       .      404
/interactions/<uuid:pk>/delete/                             200  422   .     x          .       .       .      404
/interactions/<uuid:pk>/purposes                            405  422   .     x          .       .       .      404
/interactions/<uuid:pk>/purpose                             405  422   x     x          .       .       .      404
/interactions/<uuid:pk>/comments                            405  422   .     x          .       .       .      404
/interactions/<uuid:pk>/recordings/<uuid:sound_id>/audio    200  405   x     x          .       .       .      404
/interactions/<uuid:pk>/recordings/<uuid:sound_id>/peaks    200  405   x     x          .       .       .      404
/interactions/<uuid:pk>/recordings/<uuid:sound_id>/download 200  405   .     x          .       .       .      404
/interactions/<uuid:pk>/voicemails/<uuid:sound_id>/audio    200  405   x     x          .       .       .      404
/interactions/<uuid:pk>/voicemails/<uuid:sound_id>/peaks    200  405   x     x          .       .       .      404
/interactions/<uuid:pk>/voicemails/<uuid:sound_id>/download 200  405   .     x          .       .       .      404
/customers/                                                 200  422   .     x          .       .       .      -
/customers/merge/                                           302  302   .     x          .       .       .      -
/customers/<uuid:pk>/                                       200  405   .     x          .       .       .      404
/customers/<uuid:pk>/split/                                 405  422   .     x          .       .       .      404
/merges/<uuid:pk>/undo/                                     405  302   .     x          .       .       .      404
/imports/                                                   200  405   .     x          .       .       x      -
/imports/<uuid:pk>/                                         200  405   .     x          .       .       x      404
/imports/folders/                                           405  422   .     .          .       .       x      -
/imports/folders/<uuid:pk>/stop/                            405  302   .     .          .       .       x      404
/imports/columns/                                           200  422   .     .          .       .       x      -
/imports/columns/forget/                                    405  302   .     .          .       .       x      -
/deep-scans/                                                200  405   .     x          x       .       .      -
/deep-scans/start/                                          405  302   .     x          x       .       .      -
/deep-scans/<uuid:pk>/                                      200  405   .     x          x       .       .      404
/deep-scans/<uuid:pk>/cancel/                               405  302   .     x          x       .       .      404
/deep-scans/<uuid:pk>/progress/                             200  405   .     x          x       .       .      404
/forget/                                                    200  422   .     x          .       .       .      -
/requests/                                                  200  405   .     x          x       .       .      -
/requests/<uuid:pk>/                                        200  405   .     x          x       .       .      404
/requests/<uuid:pk>/progress/                               200  405   .     x          x       .       .      404
/requests/<uuid:pk>/confirm/                                200  422   .     x          .       .       .      404
/requests/<uuid:pk>/search/                                    405  302   .     x          .       .       .      404
/requests/<uuid:pk>/plan/                                      200  405   .     x          x       .       .      404
/requests/<uuid:pk>/rows/<int:row>/                            200  405   .     x          .       .       .      404
/requests/<uuid:pk>/decide/                                    405  302   .     x          .       .       .      404
/requests/<uuid:pk>/identity/                                  405  302   .     x          x       .       .      404
/requests/<uuid:pk>/approve/                                   405  302   .     x          x       .       .      404
/requests/<uuid:pk>/return/                                    405  302   .     x          x       .       .      404
/requests/<uuid:pk>/refuse/                                    405  302   .     x          x       .       .      404
/requests/<uuid:pk>/extend/                                    405  302   .     x          x       .       .      404
/requests/<uuid:pk>/case/                                      200  302   .     x          x       .       .      404
/requests/<uuid:pk>/case/evidence/                             405  302   .     x          x       .       .      404
/requests/<uuid:pk>/case/evidence/<uuid:part>/                 200  405   .     x          x       .       .      404
/requests/<uuid:pk>/case/letter/                               200  422   .     x          x       .       .      404
/requests/<uuid:pk>/case/letters/<uuid:part>/                  200  302   .     x          x       .       .      404
/requests/rules/                                               200  422   .     .          x       .       x      -
/requests/rules/letters/<slug:kind>/                           200  422   .     .          x       .       x      -
/requests/<uuid:pk>/certificate/                          200  405   .     x          x       .       .      404
/requests/<uuid:pk>/certificate/<int:version>.<str:form>  404  405   .     x          x       .       .      404
/dossiers/                                                200  422   .     x          .       .       .      -
/dossiers/<uuid:pk>/                                      200  405   .     x          .       .       .      404
/dossiers/<uuid:pk>/fetch/                                405  302   .     x          .       .       .      404
/closing/                                                  200  405   .     .          x       .       x      -
/closing/ask/                                              405  422   .     .          .       .       x      -
/closing/<uuid:pk>/agree/                                  405  302   .     .          x       .       x      404
/closing/<uuid:pk>/cancel/                                 405  302   .     .          x       .       x      404
/systems/                                                  200  422   .     .          x       .       x      -
/systems/<uuid:pk>/                                        200  422   .     .          x       .       x      404
/systems/<uuid:pk>/secret/                                 405  200   .     .          x       .       x      404
/tasks/<uuid:pk>/                                          200  405   .     x          x       .       .      404
/tasks/<uuid:pk>/end/                                      405  422   .     x          x       .       .      404
/tasks/<uuid:pk>/again/                                    405  302   .     x          x       .       .      404
/requests/<uuid:pk>/restrict/                               405  302   .     x          x       .       .      404
/requests/<uuid:pk>/correct/                                405  302   .     x          x       .       .      404
/requests/<uuid:pk>/uphold/                                 405  302   .     x          x       .       .      404
/staff/                                                     200  405   .     .          x       .       .      -
/staff/<uuid:pk>/copy/                                      405  200   .     .          x       .       .      404
/staff/<uuid:pk>/erase/                                     405  302   .     .          x       .       .      404
/rights/                                                    200  422   .     x          .       .       .      -
/restrictions/                                              200  405   .     x          x       .       .      -
/restrictions/<uuid:pk>/                                    200  405   .     x          x       .       .      404
/restrictions/<uuid:pk>/lift/                               405  302   .     .          x       .       .      404
/requests/<uuid:pk>/cancel/                                 405  302   .     x          .       .       .      404
/requests/<uuid:pk>/resume/                                 405  302   .     x          .       .       .      404
/holds/                                                     200  405   .     .          x       .       .      -
/holds/place/                                               200  422   .     .          x       .       .      -
/holds/confirm/                                             405  302   .     .          x       .       .      -
/holds/rules/                                               200  302   .     .          .       .       x      -
/holds/<uuid:pk>/                                           200  405   .     .          x       .       .      404
/holds/<uuid:pk>/release/                                   405  302   .     .          x       .       .      404
/holds/<uuid:pk>/agree/                                     405  302   .     .          x       .       .      404
/holds/<uuid:pk>/decline/                                   405  302   .     .          x       .       .      404
/holds/<uuid:pk>/change/                                    405  302   .     .          x       .       .      404
/purposes/                                                  200  405   .     .          x       .       x      -
/purposes/add/                                              405  422   .     .          x       .       x      -
/purposes/<uuid:pk>/end/                                    405  302   .     .          x       .       x      404
/policies/                                                  200  405   .     .          x       .       .      -
/policies/propose/                                          200  422   .     .          x       .       .      -
/policies/rules/                                            405  302   .     .          x       .       .      -
/policies/<uuid:pk>/withdraw/                               405  302   .     .          x       .       .      404
/policies/<uuid:pk>/end/                                    422  422   .     .          x       .       .      404
/policies/<uuid:pk>/keep/                                   405  302   .     .          x       .       .      404
/policies/<uuid:pk>/pause/                                  405  302   .     .          x       .       .      404
/disposal/                                                  200  405   .     .          x       .       .      -
/disposal/record/                                           200  405   .     .          x       .       .      -
/disposal/begin/                                            405  302   .     .          x       .       .      -
/disposal/<uuid:pk>/                                        200  405   .     .          x       .       .      404
/disposal/<uuid:pk>/act/                                    405  302   .     .          x       .       .      404
/log/                                                       200  405   .     .          .       x       .      -
/log/filter/                                                405  302   .     .          .       x       .      -
/log/entries/<uuid:pk>/                                     200  405   .     .          .       x       .      404
/verification/                                              200  405   .     .          .       x       .      -
/verification/start/                                        405  302   .     .          .       x       .      -
/verification/state/                                        200  405   .     .          .       x       .      -
/accounts/membership/                                       200  200   .     .          .       .       x      -
/accounts/membership/add/                                   200  200   .     .          .       .       x      -
/accounts/membership/<path:object_id>/change/               200  200   .     .          .       .       x      404
/accounts/agent/                                            200  200   .     .          .       .       x      -
/accounts/agent/add/                                        200  200   .     .          .       .       x      -
/accounts/agent/<path:object_id>/change/                    200  302   .     .          .       .       x      404
/accounts/team/                                             200  200   .     .          .       .       x      -
/accounts/team/add/                                         200  200   .     .          .       .       x      -
/accounts/team/<path:object_id>/change/                     200  200   .     .          .       .       x      404
/accounts/line/                                             200  200   .     .          .       .       x      -
/accounts/line/add/                                         200  200   .     .          .       .       x      -
/accounts/line/<path:object_id>/change/                     200  302   .     .          .       .       x      404
/accounts/account/                                          200  200   .     .          .       .       x      -
/accounts/account/add/                                      200  200   .     .          .       .       .      -
/accounts/account/<path:object_id>/change/                  200  200   .     .          .       .       x      404
/logout/                                                    302  302   x     x          x       x       x      -
"""

# Django hangs these up for every list and the portal has no use for them: the same for everybody, no row is looked at.
CLOSED = """
route                                             GET  POST
/accounts/membership/<path:object_id>/            302  302
/accounts/membership/<path:object_id>/delete/     404  404
/accounts/membership/<path:object_id>/history/    404  404
/accounts/agent/<path:object_id>/                 302  302
/accounts/agent/<path:object_id>/delete/          404  404
/accounts/agent/<path:object_id>/history/         404  404
/accounts/team/<path:object_id>/                  302  302
/accounts/team/<path:object_id>/delete/           404  404
/accounts/team/<path:object_id>/history/          404  404
/accounts/line/<path:object_id>/                  302  302
/accounts/line/<path:object_id>/delete/           404  404
/accounts/line/<path:object_id>/history/          404  404
/accounts/account/<path:object_id>/               302  302
/accounts/account/<path:object_id>/delete/        404  404
/accounts/account/<path:object_id>/history/       404  404
"""

# The pages around signing in, and the check of a certificate, which know no role: what a stranger and what somebody
# signed in gets, by GET and by POST.
SIGNING_IN = """
route                                                                  stranger      signed in
/account/login/                                                        200  200      302  302
/account/logout/                                                       302  302      200  302
/certificates/check/                                                   200  422      200  422
/account/signup/                                                       404  404      302  302
/account/inactive/                                                     200  405      200  405
/account/reauthenticate/                                               302  302      200  200
/account/password/change/                                              302  302      200  200
/account/password/reset/                                               200  200      200  200
/account/password/reset/done/                                          200  405      200  405
/account/password/reset/key/done/                                      200  405      200  405
/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$    200  200      200  200
"""

SOUNDS = {"recordings": Recording, "voicemails": Voicemail}
APP_LIST = "^(?P<app_label>accounts)/$"
OPEN = {"healthz"}
"""What a stranger may ask: whether the house works. Files of the portal itself come before the URLconf."""

GOES = ("/login/", "/select/", "/")
WITHOUT_ACCOUNT = {"select/": (200, 405), "switch/": (405, 404)}
"""What somebody signed in without a membership may reach; everything else sends there."""


def rows_of(text: str) -> dict[str, list[str]]:
    """Return the cells of each line of a table by its route, without the slash it begins with here."""
    lines = [line.split() for line in text.strip().splitlines() if line.startswith("/")]
    return {cells[0][1:]: cells[1:] for cells in lines}


PORTAL = {route: SimpleNamespace(get=int(cells[0]), post=int(cells[1]), who=dict(zip(ROLES, cells[2:7], strict=True)),
                                 other=cells[7])
          for route, cells in rows_of(PAGES).items()}  # fmt: skip
SHUT = {route: tuple(map(int, cells)) for route, cells in rows_of(CLOSED).items()}
GATE = {route: tuple(map(int, cells)) for route, cells in rows_of(SIGNING_IN).items()}


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    """No queue runs here."""
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture
def mine(account, supervisor, officer, agent):
    return make_rows(account, supervisor, officer)


@pytest.fixture
def theirs(other_account, stranger):
    return make_rows(other_account, stranger, make_person("Otto", other_account, roles.OFFICER))


def asked(client: Client, path: str) -> dict[str, int]:
    return {verb: getattr(client, verb)(path).status_code for verb in ("get", "post")}


def ready(client_of: Callable[[Person], Client], person: Person, rows: Mapping[str, object]) -> Client:
    """Sign in and, who may, say why the call of these rows is listened to."""
    client = client_of(person)
    client.post(path_of("interactions/<uuid:pk>/purpose", rows), {"purpose": "quality"})
    return client


def refusals_of(user: User) -> int:
    return Event.objects.filter(outcome="refused", user_id=user.pk).count()


def test_every_address_has_a_line_in_a_table():
    known = {*PORTAL, *GATE, *SHUT, *OPEN, APP_LIST}
    assert set(routes()) - known == set(), "an address without a line: say in the table who may"
    assert known - set(routes()) == set(), "a line without an address"


@pytest.mark.parametrize("role", ROLES)
def test_own_rows(role, request, mine, client_of):
    person = request.getfixturevalue(role)
    wrong = {}
    # A search is its member's own.
    mine = {**mine, "searches/<uuid:pk>": make_search(person.membership.account, person, "Own").pk}
    client = ready(client_of, person, mine)
    for route, line in PORTAL.items():
        path = path_of(route, mine)
        before = refusals_of(person.user)
        may = line.who[role] == "x"
        wanted = {"get": line.get, "post": line.post} if may else {"get": 403, "post": 403}
        got = asked(client, path)
        if got != wanted or refusals_of(person.user) - before != (0 if may else 2):
            wrong[route] = (got, wanted, refusals_of(person.user) - before)
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_another_account(role, request, mine, theirs, client_of):
    person = request.getfixturevalue(role)
    wrong = {}
    client = ready(client_of, person, theirs)
    for route, line in PORTAL.items():
        if line.other == "-":
            continue
        before = refusals_of(person.user)
        may, refused = line.who[role] == "x", int(line.other)
        wanted = {verb: (getattr(line, verb) if getattr(line, verb) == 405 else refused) if may else 403
                  for verb in ("get", "post")}  # fmt: skip
        got = asked(client, path_of(route, theirs))
        entries = sum(status != 405 for status in wanted.values())
        if got != wanted or refusals_of(person.user) - before != entries:
            wrong[route] = (got, wanted, refusals_of(person.user) - before)
    assert wrong == {}


def test_nothing_was_done_to_rows_of_another_account(mine, theirs, supervisor, officer, administrator, client_of):
    from accounts.models import Agent
    from retention.models import LegalHold
    from rtbf.models import Request

    words = {"word": "FORGET", "reason": "over", "text": "seen", "purpose": "quality", "name": "Eve", "label": "Eve"}
    done = Event.objects.filter(outcome="done", account_id=theirs["accounts/account/<path:object_id>"])
    before = done.count()
    for client in map(client_of, (supervisor, officer, administrator)):
        for route, line in PORTAL.items():
            if line.other != "-":
                client.post(path_of(route, theirs), words)
    assert done.count() == before
    assert Request.objects.get(pk=theirs["requests/<uuid:pk>"]).state == "planned"
    assert LegalHold.objects.get(pk=theirs["holds/<uuid:pk>"]).is_active
    assert Agent.objects.get(pk=theirs["accounts/agent/<path:object_id>"]).name == "Linda"


@pytest.mark.parametrize("sound", ["recordings", "voicemails"])
def test_a_sound_of_another_account_below_an_own_call(sound, agent, mine, theirs, client_of):
    client = ready(client_of, agent, mine)
    mixed = {**mine, f"{sound}/<uuid:sound_id>": theirs[f"{sound}/<uuid:sound_id>"]}
    for ending in ("audio", "peaks"):
        path = path_of(f"interactions/<uuid:pk>/{sound}/<uuid:sound_id>/{ending}", mixed)
        assert client.get(path).status_code == 404


def test_an_agent_and_the_call_of_another_agent(account, agent, mine, client_of):
    call = make_interaction(account, make_customer(account), agent=make_agent(account, "2058", "Michael"))
    sounds = {f"{kind}/<uuid:sound_id>": make_sound(call, model, b"sound").pk for kind, model in SOUNDS.items()}
    michaels = {**mine, "interactions/<uuid:pk>": call.pk, **sounds}
    client, answers = ready(client_of, agent, michaels), set()
    for route in PORTAL:
        if route.startswith("interactions/<uuid:pk>/"):
            answers |= set(asked(client, path_of(route, michaels)).values())
    assert answers == {403, 404, 405}


def test_a_supervisor_and_the_call_of_another_team(account, mine, client_of):
    """Customers and their requests are the account's, so these stay open to every supervisor."""
    tina = make_person("Tina", account, roles.SUPERVISOR, whole_account=False)
    tina.membership.supervisor.teams.add(Team.objects.create(account=account, name="Late"))
    client, answers = client_of(tina), set()
    for route in PORTAL:
        if route.startswith("interactions/<uuid:pk>/"):
            answers |= set(asked(client, path_of(route, mine)).values())
    assert answers == {404, 405}


@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_closed_addresses_answer_everybody_the_same(whose, request, agent, administrator, client_of):
    rows = request.getfixturevalue(whose)
    for client in (client_of(agent), client_of(administrator)):
        assert {route: tuple(asked(client, path_of(route, rows)).values()) for route in SHUT} == SHUT


@pytest.mark.parametrize("role", ROLES)
def test_the_lists_of_an_app_are_for_whom_one_of_them_is(role, request, client_of):
    answer = client_of(request.getfixturevalue(role)).get("/accounts/")
    assert answer.status_code == (200 if role == roles.ADMINISTRATOR else 404)


def test_signed_in_without_a_membership(mine, client_of):
    nobody = SimpleNamespace(user=User.objects.create(email="nobody@example.com"))
    wrong = {}
    client = client_of(nobody)
    for route in [*PORTAL, *SHUT, APP_LIST]:
        path = path_of(route, mine)
        answers = [client.get(path), client.post(path)]
        if route in WITHOUT_ACCOUNT:
            expected = WITHOUT_ACCOUNT[route]
            if tuple(each.status_code for each in answers) != expected:
                wrong[route] = answers
        elif any(each.status_code != 302 or urlsplit(each["Location"]).path not in GOES for each in answers):
            wrong[route] = answers
    assert wrong == {}


def test_strangers_are_sent_to_the_sign_in_page(mine):
    wrong = {}
    for route in [*PORTAL, *SHUT, APP_LIST]:
        for verb in ("get", "post"):
            answer = getattr(Client(), verb)(path_of(route, mine), follow=True)
            sent = [urlsplit(path).path for path, _ in answer.redirect_chain]
            if not sent or sent[-1] != "/account/login/" or answer.status_code != 200:
                wrong[route] = (verb, answer.redirect_chain)
    assert wrong == {}


def test_the_pages_around_signing_in(mine, supervisor, client_of):
    wrong = {}
    for route, wanted in GATE.items():
        path = path_of(route, mine)
        got = (*asked(Client(), path).values(), *asked(client_of(supervisor), path).values())
        if got != wanted:
            wrong[route] = (got, wanted)
    assert wrong == {}


@pytest.mark.parametrize("route", sorted(OPEN))
def test_open_addresses_tell_names_of_parts_only(route, db):
    answer = Client().get(f"/{route}")
    assert answer.status_code in (200, 503)
    assert set(answer.json()) <= {"failing", "ok", "status"}


def test_files_of_the_portal_need_no_sign_in():
    assert settings.MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware") < settings.MIDDLEWARE.index(
        "accounts.middleware.MembershipMiddleware"
    )
