"""Say who acts: the `Actor` of a portal request or of a command in the shell.

Flows take an actor and nothing else, so this is the only place where a request, its address and its session become
one. A forwarded address counts only when a trusted proxy handed it on; otherwise anybody could choose what the log
says.
"""

import getpass
import ipaddress
import uuid
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from accounts.errors import UnknownMember
from accounts.models import Account, Membership, User, normalise_email
from accounts.roles import HOUSE, OPERATOR
from trail.actor import Actor

VISIT: Final = "visit"
AGENT_LENGTH: Final = 400
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def actor_of(request: HttpRequest, user: User | None = None) -> Actor:
    """Return who makes a portal request; without a selected membership the role is empty and nothing is allowed.

    `user` is the person just signed in or about to be signed out, where the request does not know yet.
    """
    person = user or getattr(request, "user", None)
    member: Membership | None = getattr(person, "selected", None)
    return Actor(
        user_id=person.pk if person is not None and person.is_authenticated else None,
        role=member.role if member else "",
        account_id=member.account_id if member else None,
        via="portal",
        on_behalf_of=None,
        os_user="",
        request_id=request_id(request),
        address=address_of(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:AGENT_LENGTH],
        session=visit_of(request),
    )


def request_id(request: HttpRequest) -> str:
    """Return the id of this request, made here: an id chosen outside could impersonate another entry's."""
    known = getattr(request, "request_id", "")
    if not known:
        known = uuid.uuid4().hex
        request.request_id = known  # type: ignore[attr-defined]  # ours, see requests.MemberRequest
    return known


def visit_of(request: HttpRequest) -> str:
    """Return the opaque id of the visit (from sign-in to sign-out), or nothing for a stranger."""
    return str(request.session.get(VISIT, "")) if hasattr(request, "session") else ""


def address_of(request: HttpRequest) -> str:
    """Return the caller's IP address: the last one in X-Forwarded-For that no trusted proxy of ours added."""
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while forwarded and _is_trusted(address):
        address = forwarded.pop()
    return address if _is_address(address) else ""


def operator() -> Actor:
    """Return whoever has a shell on this machine and names no member; the OS user is on every entry."""
    return _shell(None, OPERATOR, None)


def house(account: Account) -> Actor:
    """Return the installation itself, for what an account had set up once and the clock begins."""
    return Actor.job(on_behalf_of=None, account_id=account.pk, role=HOUSE)


def shell_actor(email: str, account: Account) -> Actor:
    """Return a member acting from the shell, with the OS user; raise UnknownMember."""
    members = Membership.objects.live().filter(account=account, user__email=normalise_email(email))
    member = members.first()
    if member is None:
        raise UnknownMember(
            "The actor is not an active member of this account. Nothing was done. Name another with --actor."
        )
    return _shell(member.user_id, member.role, account.pk)


def _shell(user_id: uuid.UUID | None, role: str, account_id: uuid.UUID | None) -> Actor:
    return Actor(
        user_id=user_id,
        role=role,
        account_id=account_id,
        via="shell",
        on_behalf_of=None,
        os_user=getpass.getuser(),
        request_id=uuid.uuid4().hex,
        address="",
        user_agent="",
        session="",
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    if not _is_address(text):
        # granian names no address for a unix socket; only a proxy on this machine reaches one.
        return text == "" and "unix" in settings.TRUSTED_PROXIES
    address = ipaddress.ip_address(text)
    return any(address in network for network in _trusted_networks())


def _trusted_networks() -> list[_Network]:
    return [ipaddress.ip_network(word, strict=False) for word in settings.TRUSTED_PROXIES if word != "unix"]
