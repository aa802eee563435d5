import errno
import io
import shutil
import wave
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from accounts.actors import operator
from accounts.models import PurposeRule
from customers.identifiers import Kind
from customers.models import Customer, Identifier
from interactions import ingest as door
from interactions.drafts import AudioDraft, AudioKind, CommentDraft, Direction, InteractionDraft, Place, TextDraft
from interactions.imports import import_folder
from interactions.ingest import ingest
from interactions.models import Comment, Interaction, Mention, Recording, SourceId, Transcription, Voicemail
from interactions.sounds import StoreFailed
from privacy import guards
from privacy.erasure import erase
from privacy.guards import Refusal
from privacy.keyring.models import Key
from privacy.open import store
from tests.makers import make_account
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused
from vault.store import Store

pytestmark = pytest.mark.django_db(databases="__all__")
START = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)
ALICE, BOB = "+12025550147", "+14155550123"


@pytest.fixture
def account():
    return make_account("Harper")


def draft(number: str = ALICE, *, ids: tuple[str, ...] = ("asterisk:1.1",), **more) -> InteractionDraft:
    place = Place("pbx/Master.csv", {"row": 1})
    facts = {
        "started_at": START,
        "ended_at": START + timedelta(seconds=60),
        "duration_s": 60,
        "talk_s": 50,
        "direction": Direction.INBOUND,
        "customer_address": TextDraft(number, place),
        "agent_extension": "2046",
    }
    return InteractionDraft(**{"source": "asterisk-cdr", "ids": ids, "place": place, **facts, **more})


def named(name: str) -> tuple[TextDraft, ...]:
    return (TextDraft(name, Place("crm.csv", {"row": 1}, "name")),)


def sound(folder: Path, name: str = "a.wav", *, samples: bytes = b"\1\2" * 800) -> AudioDraft:
    with wave.open(str(folder / name), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(samples)
    return AudioDraft((folder / name).resolve(), AudioKind.RECORDING, Place(name, {"path": name}))


def take(account, *drafts: InteractionDraft, **more):
    return ingest(drafts, account=account, actor=operator(), **more)


def test_a_call_becomes_an_interaction_of_its_customer(account) -> None:
    take(account, draft(customer_names=named("Alice Brown")))

    call = Interaction.objects.get(agent__extension="2046")
    assert (call.duration_s, call.talk_s) == (60, 50)
    known = Identifier.objects.filter(customer__interactions=call)
    assert set(known.values_list("kind", flat=True)) == {Kind.PHONE, Kind.NAME}


def test_the_same_twice_is_one(account) -> None:
    folder_draft = draft(comments=(CommentDraft("call back", "2046", START, Place("a", {"row": 1})),))

    take(account, folder_draft)
    report = take(account, folder_draft)

    assert Interaction.objects.count() == Comment.objects.count() == Identifier.objects.count() == 1
    assert report.counts["known_before"] == 1


def test_a_call_that_runs_gets_its_end_when_its_source_tells_it(account) -> None:
    ended = draft(source="genesys-conversations")
    running = draft(source="genesys-conversations", ended_at=None, duration_s=None, talk_s=12, running=True)
    take(account, running)
    call = Interaction.objects.get()
    assert (call.running, call.ended_at, call.duration_s) == (True, START, 0)
    assert call.is_under_way(START + timedelta(hours=23))
    assert not call.is_under_way(START + timedelta(hours=25))

    for _ in range(2):
        take(account, ended)
        call = Interaction.objects.get()
        assert (call.running, call.ended_at, call.duration_s, call.talk_s) == (False, ended.ended_at, 60, 50)
        assert not Interaction.objects.under_way(START + timedelta(hours=1)).exists()
    take(account, running)
    assert not Interaction.objects.get().running


def test_a_campaign_decides_what_a_call_is_for_and_one_told_later_is_added(account) -> None:
    PurposeRule.objects.create(account=account, purposes=["contract"], campaign="spring")
    comments = (CommentDraft("call back", "2046", START, Place("a", {"row": 1})),)
    take(account, draft(campaign="spring", comments=comments), draft(ids=("asterisk:1.2",)))
    take(account, draft(campaign="autumn"), draft(ids=("asterisk:1.2",), campaign="spring"))

    calls = Interaction.objects.order_by("created_at", "pk")
    first, second = [each.circumstances for each in calls if each.circumstances]
    assert [first.campaign, second.campaign] == ["spring", "spring"]
    assert [first.purposes, second.purposes] == [["contract"], ["quality"]]
    assert Comment.objects.get().circumstances_id == first.pk
    assert take(account, draft(campaign="spring")).counts["interactions"] == 0


def test_every_spelling_is_one_customer(account) -> None:
    spellings = ["2025550147", "+1 (202) 555-0147", "0012025550147", "tel:+12025550147", "912025550147"]
    take(account, *(draft(text, ids=(f"asterisk:{number}",)) for number, text in enumerate(spellings)))

    assert Interaction.objects.count() == len(spellings)
    assert Customer.objects.count() == 1


def test_own_numbers_are_nobodys(account) -> None:
    take(account, draft("+15305550100"))

    assert not Identifier.objects.exists()


def test_callers_without_a_number_are_counted_each(account) -> None:
    for number in range(2):
        take(account, draft("anonymous", ids=(f"asterisk:{number}",), anonymous=True))

    assert Customer.objects.count() == 2
    assert not Identifier.objects.exists()


def test_a_number_of_two_registered_people_ties_to_neither(account) -> None:
    take(account, draft(ids=("asterisk:1",), customer_ids=named("CUST-1")))
    take(account, draft(ids=("asterisk:2",), customer_ids=named("CUST-2")))
    take(account, draft(ids=("asterisk:3",)))
    take(account, draft(ids=("asterisk:4",)))

    owners = list(Interaction.objects.order_by("created_at").values_list("customer_id", flat=True))
    assert len(set(owners)) == 3
    assert owners[2] == owners[3]


def test_a_caller_met_by_number_is_taken_in_by_the_record_that_comes_later(account) -> None:
    take(account, draft(ids=("asterisk:1",)))
    take(account, draft(ids=("asterisk:2",), customer_ids=named("CUST-1")))

    assert Customer.objects.count() == 1
    assert Interaction.objects.filter(customer=Customer.objects.get()).count() == 2


def test_a_customer_under_hold_is_not_taken_in_by_another(account, monkeypatch) -> None:
    take(account, draft(ids=("asterisk:1",)))
    held = Customer.objects.get()

    def guard(targets):
        return {each.record.id: Refusal("legal_hold", "held") for each in targets if each.record.id == held.pk}

    monkeypatch.setitem(guards._guards, "test", guard)
    take(account, draft(ids=("asterisk:2",), customer_ids=named("CUST-1")))

    assert Interaction.objects.get(customer=held)
    assert Customer.objects.count() == 2


def test_two_people_of_one_name_stay_two(account) -> None:
    take(account, draft(ALICE, ids=("asterisk:1",), customer_names=named("John Garcia")))
    take(account, draft(BOB, ids=("asterisk:2",), customer_names=named("John Garcia")))

    assert Customer.objects.count() == 2


def test_parts_from_several_sources_join_one_call(account, tmp_path) -> None:
    recorder = draft(ids=("asterisk:1.1",), audio=(sound(tmp_path),), duration_s=None, talk_s=None, agent_extension="")
    take(account, recorder)
    take(account, draft())

    call = Interaction.objects.get()
    assert call.talk_s == 50
    assert call.recordings.count() == 1


def test_linked_ids_join_calls_that_share_none(account) -> None:
    aliases = {"harper-valley:x": ("asterisk:1.1", "harper-valley:x")}
    take(account, draft())
    take(account, draft(ids=("harper-valley:x",)), aliases=aliases)

    assert Interaction.objects.count() == 1


def test_a_channel_name_used_again_another_day_is_another_call(account) -> None:
    take(account, draft(ids=("asterisk:1", "channel:SIP/1")))
    take(account, draft(ids=("voicemail:1", "channel:SIP/1")))
    later = START + timedelta(days=2)
    take(account, draft(ids=("voicemail:2", "channel:SIP/1"), started_at=later, ended_at=later))

    assert Interaction.objects.count() == 2


def test_what_tells_no_time_waits_for_its_call(account) -> None:
    comment = CommentDraft("late", "2046", None, Place("a", {"row": 1}))
    lonely = InteractionDraft(source="x", ids=("asterisk:1.1",), place=Place("a"), comments=(comment,))

    assert take(account, lonely).waiting == [lonely]
    take(account, draft())
    assert take(account, lonely).waiting == []
    assert Comment.objects.get().interaction == Interaction.objects.get()


def test_another_persons_number_in_a_text_is_indexed(account) -> None:
    said = "she is at four one five five five five oh one two three"
    take(account, draft(comments=(CommentDraft(said, "2046", START, Place("a", {"row": 1})),)))

    mention = Mention.objects.get()
    ((_, start, end),) = mention.parts
    assert said[start:end] == "four one five five five five oh one two three"


def test_the_same_sound_twice_is_one_recording(account, tmp_path) -> None:
    take(account, draft(audio=(sound(tmp_path, "a.wav"), sound(tmp_path, "b.wav"))))

    assert Recording.objects.count() == 1


def test_two_files_of_one_name_in_two_folders_are_two(account, tmp_path) -> None:
    for name, samples in (("one", b"\1\2" * 800), ("two", b"\3\4" * 800)):
        (tmp_path / name).mkdir()
        take(account, draft(audio=(sound(tmp_path / name, samples=samples),)))

    assert Recording.objects.count() == 2


@pytest.mark.parametrize("content", [b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"this is a text file"])
def test_a_broken_sound_is_refused_and_its_call_stays(account, tmp_path, content) -> None:
    broken = sound(tmp_path)
    broken.path.write_bytes(content)

    report = take(account, draft(audio=(broken,)))

    assert [each.file for each in report.rejected] == ["a.wav"]
    assert Interaction.objects.count() == 1
    assert not Recording.objects.exists()


def test_a_file_that_grows_while_it_is_read_is_refused(account, tmp_path, monkeypatch) -> None:
    growing = sound(tmp_path)
    heard = door.hear_all

    def hear_then_grow(*arguments):
        found = heard(*arguments)
        growing.path.write_bytes(growing.path.read_bytes() + b"\0\0")
        return found

    monkeypatch.setattr(door, "hear_all", hear_then_grow)
    before = set(store().names())
    report = take(account, draft(audio=(growing,)))

    assert "import it again" in report.rejected[0].reason
    assert not Recording.objects.exists()
    assert set(store().names()) == before


def test_every_batch_leaves_an_entry_with_counts(account) -> None:
    take(account, draft())

    entry = Event.objects.get(action="interactions.ingested")
    assert '"interactions":1' in entry.text


def test_only_whoever_may_import_does(account, supervisor) -> None:
    with pytest.raises(Refused):
        ingest([draft()], account=account, actor=supervisor.actor)
    assert not Interaction.objects.exists()


@pytest.mark.django_db(transaction=True, databases="__all__")
class TestFaults:
    def test_without_the_keyring_nothing_comes_in_and_nothing_stays(self, account, tmp_path, monkeypatch) -> None:
        def down(*_: object) -> None:
            raise OperationalError("the keyring does not answer")

        monkeypatch.setattr(door, "create_keys", down)
        before = set(store().names())
        with pytest.raises(OperationalError):
            take(account, draft(audio=(sound(tmp_path),)))

        assert not Interaction.objects.exists()
        assert not SourceId.objects.exists()
        assert set(store().names()) == before

    def test_a_full_store_stops_the_batch_and_blames_nobodys_file(self, account, tmp_path, monkeypatch) -> None:
        def full(*_: object, **__: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("vault.store.Store.put", full)
        with pytest.raises(StoreFailed, match="No space left"):
            take(account, draft(audio=(sound(tmp_path),)))

        assert not Interaction.objects.exists()

    def test_what_was_sealed_beside_a_file_that_failed_is_taken_back(self, account, tmp_path, monkeypatch) -> None:
        put, stored = Store.put, list[str]()

        def full_after_two(self, name, *arguments, **more) -> int:
            if len(stored) == 2:
                raise OSError(errno.ENOSPC, "No space left on device")
            stored.append(name)
            return put(self, name, *arguments, **more)

        monkeypatch.setattr("interactions.sounds.AT_ONCE", 1)
        monkeypatch.setattr(Store, "put", full_after_two)
        before = set(store().names())
        sounds = tuple(sound(tmp_path, name=f"{each}.wav", samples=bytes([each]) * 4_000) for each in range(4))
        with pytest.raises(StoreFailed):
            take(account, draft(audio=sounds))

        assert len(stored) == 2
        assert set(store().names()) == before

    def test_files_are_taken_back_when_the_rows_do_not_come(self, account, tmp_path, monkeypatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise OperationalError("the connection was lost")

        monkeypatch.setattr(door, "append", broken)
        before = set(store().names())
        with pytest.raises(OperationalError):
            take(account, draft(audio=(sound(tmp_path),)))

        assert set(store().names()) == before
        assert not Recording.objects.exists()

    def test_keys_are_committed_before_the_rows_that_need_them(self, account, monkeypatch) -> None:
        monkeypatch.setattr(door, "_insert", lambda batch: (_ for _ in ()).throw(OperationalError))
        with pytest.raises(OperationalError):
            take(account, draft())

        assert Key.objects.exists()
        assert not Interaction.objects.exists()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_import_killed_half_way_goes_on_when_run_again(account, tmp_path, monkeypatch) -> None:
    shutil.copytree(settings.SAMPLES / "pbx", tmp_path / "pbx")
    shutil.copytree(settings.SAMPLES / "harper-valley", tmp_path / "harper-valley")
    monkeypatch.setattr("interactions.imports.DRAFTS_A_BATCH", 10)
    taken, known = [], door.ingest

    def die_at_the_third(*arguments, **options):
        taken.append(1)
        if len(taken) == 3:
            raise KeyboardInterrupt
        return known(*arguments, **options)

    monkeypatch.setattr("interactions.imports.ingest", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        import_folder(tmp_path, account=account, actor=operator())
    import_folder(tmp_path, account=account, actor=operator())
    once = counts()
    import_folder(tmp_path, account=account, actor=operator())

    assert counts() == once
    assert once["Interaction"] == 17
    assert once["Voicemail"] == 3


def counts() -> dict[str, int]:
    models = (Interaction, Customer, Identifier, Recording, Voicemail, Transcription, Comment, Mention, SourceId)
    return {model.__name__: model.objects.count() for model in models}


def test_sounds_are_kept_sealed(account, tmp_path) -> None:
    heard = sound(tmp_path, samples=b"unmistakable!!" * 500)
    take(account, draft(audio=(heard,)))

    raw = store()._storage.open(Recording.objects.get().blob).read()
    assert b"unmistakable" not in raw
    assert io.BytesIO(raw).read(1) == b"\x01"


@pytest.mark.django_db(transaction=True, databases="__all__")
class TestForgettingMeanwhile:
    """Somebody is forgotten between the look and the lock of an import."""

    def forget_after_the_look(self, monkeypatch, *rows) -> None:
        known = door.Batch.build
        done: list[int] = []

        def build(batch, calls):
            known(batch, calls)
            if not done:
                done.append(1)
                with ThreadPoolExecutor(1) as other:
                    other.submit(forget, rows).result(10)

        monkeypatch.setattr(door.Batch, "build", build)

    def test_a_forgotten_customer_gets_no_new_call(self, account, monkeypatch) -> None:
        take(account, draft())
        alice = Customer.objects.get()
        self.forget_after_the_look(monkeypatch, *Identifier.objects.all(), alice)

        take(account, draft(ids=("asterisk:2",)))

        late = Interaction.objects.latest("created_at")
        assert late.customer_id != alice.pk
        assert Customer.objects.get(pk=alice.pk).token

    def test_a_forgotten_call_gets_nothing_new(self, account, monkeypatch) -> None:
        take(account, draft())
        call = Interaction.objects.get()
        self.forget_after_the_look(monkeypatch, *call.source_ids.all(), *call.source_records.all(), call)

        take(account, draft(comments=(CommentDraft("late", "2046", START, Place("a", {"row": 1})),)))

        assert Comment.objects.get().interaction_id != call.pk


def forget(rows) -> None:
    try:
        erase(rows, actor=Actor.shell("root"), ground="test")
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True, databases="__all__")
class TestTheCommand:
    @pytest.mark.parametrize(
        ("error", "says"),
        [
            (OperationalError("server closed the connection"), "A database does not answer"),
            (StoreFailed("No space left on device"), "The store takes nothing more"),
        ],
    )
    def test_what_breaks_on_the_way_ends_in_a_sentence(self, account, monkeypatch, error, says) -> None:
        def broken(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr("interactions.imports.ingest", broken)
        with pytest.raises(CommandError, match=says):
            call_command("import_interactions", str(settings.SAMPLES / "pbx"), account=account.name)

    def test_nobody_imports_what_is_not_there(self, account, tmp_path) -> None:
        with pytest.raises(CommandError, match="no such file"):
            call_command("import_interactions", str(tmp_path / "nowhere"), account=account.name)
