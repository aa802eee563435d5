"""A database that was put back is noticed, and disposal waits until somebody has looked at the holds."""

from uuid import UUID, uuid4

import pytest

from privacy import restored
from privacy.keyring.models import Epoch as KeyringEpoch
from privacy.models import Epoch, HoldsReview, Restoration

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = UUID(int=7)


def test_a_new_house_is_not_a_restored_one():
    assert restored.compare().older == ""
    assert restored.advance() == 1
    assert restored.compare() == restored.Marks(1, 1, "")
    assert not restored.disposal_paused(ACCOUNT)


@pytest.mark.parametrize(("model", "lost"), [(Epoch, restored.DATA), (KeyringEpoch, restored.KEYRING)])
def test_an_older_database_is_noticed_at_once_and_once(model, lost):
    restored.advance()
    copy = model.objects.values().get()
    restored.advance()
    model.objects.update(**copy)

    assert restored.compare().older == lost
    assert restored.disposal_paused(ACCOUNT), "before the clock has come to it"

    restored.advance()
    restored.advance()
    assert Restoration.objects.get().lost == lost
    assert restored.compare().older == ""
    assert restored.disposal_paused(ACCOUNT), "the marks fit again, but nobody has looked"


def test_a_keyring_that_lost_its_mark_is_an_older_one():
    restored.advance()
    restored.advance()
    KeyringEpoch.objects.all().delete()
    assert restored.compare().older == restored.KEYRING


def test_disposal_goes_on_in_the_account_whose_officer_has_looked():
    restored.note_restoration(restored.LOG)
    somebody = uuid4()
    assert restored.confirm_review(ACCOUNT, user_id=somebody) == Restoration.objects.get()
    assert restored.confirm_review(ACCOUNT, user_id=somebody) is None
    assert not restored.disposal_paused(ACCOUNT)
    assert restored.disposal_paused(uuid4())
    assert HoldsReview.objects.get().user_id == somebody

    restored.note_restoration(restored.DATA)
    assert restored.disposal_paused(ACCOUNT), "the next restore asks again"


@pytest.mark.parametrize("at", ["before the keyring", "after the keyring"])
def test_a_crash_between_the_two_databases_is_no_restore(at, monkeypatch):
    restored.advance()
    real = KeyringEpoch.objects.update_or_create

    def die(manager, **options):
        if at == "after the keyring":
            real(**options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(KeyringEpoch.objects), "update_or_create", die)
        with pytest.raises(KeyboardInterrupt):
            restored.advance()
    assert restored.compare().older == ""
    restored.advance()
    assert not Restoration.objects.exists()


def test_a_restore_noticed_by_a_clock_that_died_then_is_noted_once(monkeypatch):
    restored.advance()
    copy = Epoch.objects.values().get()
    restored.advance()
    Epoch.objects.update(**copy)

    def die(manager, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(KeyringEpoch.objects), "update_or_create", die)
        with pytest.raises(KeyboardInterrupt):
            restored.advance()
    restored.advance()
    assert Restoration.objects.get().lost == restored.DATA


def test_a_copy_from_the_middle_of_a_change_is_noticed_after_the_next():
    restored.advance()
    Epoch.objects.update(next_token=uuid4())
    copy = Epoch.objects.values().get()
    restored.advance()
    restored.advance()
    Epoch.objects.update(**copy)
    assert restored.compare().older == restored.DATA


def test_the_mark_counts():
    assert [restored.advance() for _ in range(3)] == [1, 2, 3]
