import io
import stat

import pytest
from django.core.management import call_command

from accounts.models import Account, Membership
from interactions.models import Interaction

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_is_loaded_once(tmp_path, settings):
    settings.LETHE_HOME = tmp_path
    said = io.StringIO()
    call_command("demo", stdout=said)
    assert "Harper Valley Bank: " in said.getvalue()
    sign_ins = tmp_path / "sign-ins.txt"
    first = sign_ins.read_text()
    assert stat.S_IMODE(sign_ins.stat().st_mode) == 0o600
    assert [line.split()[0] for line in first.splitlines()] == [
        "supervisor", "agent", "auditor", "officer", "administrator"
    ]  # fmt: skip
    counts = [model.objects.count() for model in (Account, Membership, Interaction)]
    assert counts[:2] == [2, 6]
    assert counts[2] > 20
    call_command("demo", stdout=said)
    assert [model.objects.count() for model in (Account, Membership, Interaction)] == counts
    assert sign_ins.read_text() == first
