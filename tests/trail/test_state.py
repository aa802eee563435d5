import pytest

from tests.trail.conftest import hear
from trail.sequence import seal_pending
from trail.state import verification_state
from trail.verify import remember, verify

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_log_has_nothing_to_tell():
    state = verification_state()
    assert (state.entries, state.sealed, state.last_checkpoint_at, state.last_run) == (0, 0, None, None)


def test_it_tells_what_is_sealed_what_waits_and_what_was_found():
    hear(3)
    seal_pending()
    assert verification_state().waiting_since is None
    (waiting,) = hear()
    remember(verify())
    state = verification_state()
    assert (state.entries, state.sealed, state.waiting_since) == (3, 3, waiting.at)
    assert state.last_checkpoint_at
    assert state.last_run
    assert state.last_run.ok
