from uuid import UUID

import pytest

from tests.makers import make_customer, make_interaction
from trail.actor import Actor


@pytest.fixture
def call(account):
    """A call of Bob with a recording and a transcript that names a number."""
    bob = make_customer(account, phone="+12025550148", name="Bob Brown")
    return make_interaction(
        account, bob, phone="+12025550148", recording=b"bob", transcript=[("customer", "call 202 555 0148")]
    )


@pytest.fixture
def eraser(account) -> Actor:
    return Actor.job(on_behalf_of=UUID(int=1), account_id=account.pk)
