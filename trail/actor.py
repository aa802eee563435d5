"""Say who acts.

No actor, no act: whatever changes, opens or refuses something takes an `Actor` and hands it to the log. It is built at
a face (portal, API, shell, job) and passed down; nothing looks it up from the surroundings, so nothing can forget it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self
from uuid import UUID

Via = Literal["portal", "api", "job", "shell"]


class NoActor(RuntimeError):
    """An act was asked for without saying who asks; nothing was done."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or program, in one role, on one occasion.

    `session` is an opaque id of the visit. `address` and `user_agent` are personal: they go into the sealed detail of
    an entry and stay out of `repr`.
    """

    user_id: UUID | None
    role: str
    account_id: UUID | None
    via: Via
    on_behalf_of: UUID | None = None
    os_user: str = ""
    request_id: str = ""
    address: str = field(default="", repr=False)
    user_agent: str = field(default="", repr=False)
    session: str = field(default="", repr=False)

    @classmethod
    def shell(
        cls, os_user: str, *, user_id: UUID | None = None, role: str = "operator", account_id: UUID | None = None
    ) -> Self:
        """Act from a command: `os_user` typed it, `user_id` is the member it acts as, where the command takes one."""
        return cls(user_id=user_id, role=role, account_id=account_id, via="shell", os_user=os_user)

    @classmethod
    def job(
        cls, *, on_behalf_of: UUID | None, account_id: UUID | None, role: str = "job", request_id: str = ""
    ) -> Self:
        """Act as a job that carries out what `on_behalf_of` asked for; `request_id` is the job's id."""
        return cls(
            user_id=None,
            role=role,
            account_id=account_id,
            via="job",
            on_behalf_of=on_behalf_of,
            request_id=request_id,
        )

    @classmethod
    def from_facts(cls, facts: Mapping[str, str], *, request_id: str = "") -> Self:
        """Return the job's actor that acts on behalf of whom `as_facts` described: their role, their account."""
        asked = facts.get("user") or facts.get("on_behalf_of")
        account = facts.get("account")
        return cls(
            user_id=None,
            role=facts.get("role", "job"),
            account_id=UUID(account) if account else None,
            via="job",
            on_behalf_of=UUID(asked) if asked else None,
            os_user=facts.get("os_user", ""),
            request_id=request_id,
        )

    def as_facts(self) -> dict[str, str]:
        """Return what an entry says about the actor in clear: ids, role, way in; empty ones left out."""
        facts = {
            "account": str(self.account_id or ""),
            "on_behalf_of": str(self.on_behalf_of or ""),
            "os_user": self.os_user,
            "role": self.role,
            "user": str(self.user_id or ""),
            "via": self.via,
        }
        return {name: value for name, value in facts.items() if value}

    def as_detail(self) -> dict[str, str]:
        """Return what an entry may only keep sealed: the address and the device; empty ones left out."""
        detail = {"address": self.address, "device": self.user_agent}
        return {name: value for name, value in detail.items() if value}


def require_actor(actor: Actor | None) -> Actor:
    """Return the actor, or raise NoActor."""
    if not isinstance(actor, Actor):
        raise NoActor("No actor was given, so nothing was done. Pass the Actor of the request, command or job.")
    return actor
