"""How the log calls what is done with members, teams and settings, and signing in and out."""

from typing import Final

from audit.vocabulary.words import PEOPLE, SIGNING_IN, Words

ACTIONS: Final[dict[str, Words]] = {
    "account.created": Words(PEOPLE, "created the account", "create an account"),
    "closings.opened": Words(PEOPLE, "opened the page about closing the account", "open the page about closing it"),
    "closing.asked": Words(PEOPLE, "asked for the account to be closed", "ask for the account to be closed"),
    "closing.agreed": Words(
        PEOPLE, "agreed to close the account", "agree to close the account", " (waits {days} days)"
    ),
    "closing.cancelled": Words(PEOPLE, "called off the closing of the account", "call off the closing of the account"),
    "closing.begun": Words(PEOPLE, "began to close the account", "begin to close the account"),
    "closing.stopped": Words(PEOPLE, "found what keeps the account from being closed", "close the account"),
    "account.closed": Words(PEOPLE, "closed the account", "close the account", " ({records} records erased)"),
    "account.changed": Words(PEOPLE, "changed the account's settings", "change the account's settings"),
    "line.added": Words(PEOPLE, "added {record}", "add an own number"),
    "line.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "agent.added": Words(PEOPLE, "added {record}", "add an agent"),
    "agent.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "team.added": Words(PEOPLE, "added {record}", "add a team"),
    "team.changed": Words(PEOPLE, "changed {record}", "change {record}"),
    "member.exported": Words(
        PEOPLE, "took a copy of what is held on {record}", "take a copy of what is held on {record}"
    ),
    "member.erased": Words(PEOPLE, "erased what names {record}", "erase what names {record}"),
    "member.added": Words(PEOPLE, "added {record}", "add a member", " (as {role})"),
    "member.changed": Words(PEOPLE, "changed {record}", "change {record}", " (was {role_before}, is {role})"),
    "supervision.changed": Words(PEOPLE, "changed whom {record} supervises", "change whom {record} supervises"),
    "session.started": Words(SIGNING_IN, "signed in", "sign in"),
    "session.ended": Words(SIGNING_IN, "signed out", "sign out"),
    "session.refused": Words(SIGNING_IN, "signed in", "sign in", refused="could not sign in with a member's address"),
    "session.locked_out": Words(
        SIGNING_IN, "was locked out", "sign in", refused="was locked out after too many wrong passwords"
    ),
    "account.selected": Words(SIGNING_IN, "chose this account to work in", "choose an account"),
    "password.changed": Words(SIGNING_IN, "changed the own password", "change the own password"),
    "password.reset": Words(SIGNING_IN, "set a new password by e-mail", "set a new password by e-mail"),
}
