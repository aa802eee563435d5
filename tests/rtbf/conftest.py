"""Alice is to be forgotten; Bob and Carol are not."""

from dataclasses import dataclass

import pytest

import rtbf.tasks  # noqa: F401 - both register their jobs
from accounts.models import Account
from customers.models import Customer
from interactions.models import Interaction
from tests.looking import ALICE, ALICE_MAIL, BOB
from tests.makers import make_agent, make_customer, make_interaction


@dataclass
class House:
    account: Account
    alice: Customer
    bob: Customer
    alices: list[Interaction]
    bobs: list[Interaction]


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    """No queue runs here; the rows alone decide what is done."""
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture
def house(account: Account) -> House:
    """Two calls and a voicemail of Alice, two of Bob, in one of which Bob and Linda speak of Alice's number."""
    account.grace_hours = 0
    account.save()
    linda, michael = make_agent(account), make_agent(account, "2058", "Michael")
    alice = make_customer(account, phone=ALICE, email=ALICE_MAIL, name="Alice Brown", customer_id="CUST-1001")
    bob = make_customer(account, phone=BOB, name="Bob Brown", customer_id="CUST-1002")
    alices = [
        make_interaction(
            account,
            alice,
            agent=linda,
            phone=ALICE,
            name="Alice Brown",
            recording=b"alice canary sound",
            transcript=[("agent", "hello"), ("customer", "i am Alice, call me at 202 555 0147")],
            comment="Alice asked for a call back on 202-555-0147",
            values={"clid": f'"Alice" <{ALICE}>'},
            analysis={"summary": "Alice was angry"},
        ),
        make_interaction(account, alice, agent=michael, phone=ALICE, duration_s=60, voicemail=b"alice canary voice"),
    ]
    bobs = [
        make_interaction(
            account,
            bob,
            agent=linda,
            phone=BOB,
            name="Bob Brown",
            recording=b"bob sound",
            transcript=[("customer", "my wife has 202 555 0147 and I have 202 555 0148 you see")],
            comment="Bob has 202-555-0148, wife 202-555-0147.",
            values={"other": ALICE_MAIL},
        ),
        make_interaction(account, bob, agent=michael, phone=BOB, duration_s=30, recording=b"bob again"),
    ]
    return House(account, alice, bob, alices, bobs)
