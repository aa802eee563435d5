"""Plant something of Alice in each kind of place, and see that the search finds it there and names no value."""

import base64
import json

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections

from customers.kinds import Kind
from interactions.batch import numbering_of
from interactions.models import Comment, Recording
from privacy.models import DoomedKey
from rtbf.errors import RequestError
from rtbf.models import (
    CaseFile,
    Evidence,
    Letter,
    Request,
    ResidueFinding,
    ResidueScan,
    SearchSample,
    State,
    Weight,
)
from rtbf.requests.lifecycle import confirm_request
from rtbf.residue.places import files_below
from rtbf.residue.scanning import search_for_residue
from rtbf.residue.shingles import Samples, sample
from rtbf.residue.spellings import marks_of
from tests.looking import ALICE, ALICE_MAIL, CANARIES, places_of
from tests.makers import make_customer, make_interaction, seal_row
from tests.rtbf.test_execution import plan, run_all

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = ("phone:(202) 555-0147", f"email:{ALICE_MAIL}", "customer-id:CUST-1001")

WRITTEN = {
    "as typed": "(202) 555-0147", "digits": "2025550147", "international": "+1 202 555 0147", "00": "0012025550147",
    "dots": "202.555.0147", "percent": "tel%3A%2B1%20202%20555%200147", "wide": "２０２ ５５５ ０１４７",
    "in a name": "out-2025550147-2046.wav", "mail": ALICE_MAIL, "shouted": ALICE_MAIL.upper(),
    "mail percent": "alice.brown%40example.com", "mail in words": "alice dot brown at example dot com",
    "id": "cust-1001", "id apart": "CUST 1001", "said": "two oh two five five five oh one four seven",
    "said twice": "two zero two, triple five, uh zero one four seven",
}  # fmt: skip


def test_foreign_digits_alone_are_recognised(account):
    assert marks(account).found_in("２０２５５５０１４７".encode())
    assert marks(account).found_in("é".encode()[1:] + "２０２５５５０１４７é".encode()[:-1])


OTHERS = [
    "2025550148", "malice.brown@example.com", "alice.brown@example.org", "CUST-10011", "two oh two five five five",
]  # fmt: skip


def forget(supervisor, account, *identifiers):
    request = plan(supervisor, account, *identifiers)
    try:
        return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")
    except RequestError:
        return confirm_request(actor=supervisor.actor, request=request, typed="FORGET")


def marks(account):
    known = [(Kind.PHONE, "(202) 555-0147"), (Kind.EMAIL, ALICE_MAIL), (Kind.CUSTOMER_ID, "CUST-1001")]
    return marks_of(account.pk, known, regions=numbering_of(account).regions)


def seen(found, text):
    return found.found_in(text.encode()) | found.said_in(text)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=list(WRITTEN))
def test_every_spelling_is_recognised(written, account):
    assert {certain for _, certain in seen(marks(account), f"please note {written} thank you")} == {True}


@pytest.mark.parametrize("encode", [
    lambda text: text.encode("utf-16-le"), lambda text: text.encode("utf-16-be"),
    lambda text: b"x" + base64.b64encode(b"ab" + text.encode()), lambda text: base64.b64encode(text.encode() + b"abc"),
    lambda text: base64.urlsafe_b64encode(b"a" + text.encode()), lambda text: text.encode().hex().encode(),
])  # fmt: skip
@pytest.mark.parametrize("text", ["2025550147", "+12025550147", ALICE_MAIL])
def test_every_packing_is_recognised(text, encode, account):
    assert marks(account).found_in(b"before " + encode(text))


@pytest.mark.parametrize("other", OTHERS)
def test_others_are_left_alone(other, account):
    assert seen(marks(account), f"please note {other} thank you") == set()


def test_names_look_alike_and_short_ids_are_not_searched(account):
    found = marks_of(account.pk, [(Kind.NAME, "Alice Brown"), (Kind.CUSTOMER_ID, "17")], regions=["US"])
    assert found.found_in(b"Alice  BROWN called") == {("name", False)}
    assert found.too_short == ("customer-id",)
    assert not found.found_in(b"17")


def test_a_copy_is_recognised_by_its_hashes():
    key, text = b"k" * 32, "I lost my card yesterday in the garden behind the old mill near the river bank of my aunt"
    kept = Samples.of(key, [sample(text, key)])
    assert "garden" not in json.dumps(sample(text, key))
    assert kept.most_in(text.upper().encode("utf-16-le"))[0] == kept.most_in(text.encode())[0] >= 3
    assert kept.most_in(b"I lost my card yesterday in the town hall and nobody has seen it ever since")[0] == 0


@pytest.fixture
def forgotten(house, supervisor):
    """The house after Alice was forgotten."""
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    return request


def searched(house, supervisor):
    return search_for_residue(actor=supervisor.actor, account=house.account, identifiers=TYPED)


def found(scan, weight=Weight.LEFT):
    return {(each.kind, each.place, each.what) for each in scan.findings.filter(weight=weight)}


def test_nothing_is_left_after_forgetting(house, supervisor, forgotten):
    assert forgotten.state == State.COMPLETED
    scan = searched(house, supervisor)
    assert found(scan) == set()
    assert {"table", "sealed", "content", "store", "file"} <= set(scan.searched)


def test_before_forgetting_all_of_it_is_found(house, supervisor):
    places = {place for _, place, _ in found(searched(house, supervisor))}
    assert {"interactions.Transcription.segments", "interactions.Comment.text", "customers.Identifier.value"} <= places
    assert "default:public.customers_identifier.digest" in places


def planted_in_a_table(house):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE stray (note text, packed bytea, facts jsonb, list text[])")
        cursor.execute(
            "INSERT INTO stray VALUES ('x', %s, %s, %s)",
            ["202 555 0147".encode("utf-16-le"), json.dumps({"tel": ["+1 (202) 555-0147"]}), [ALICE_MAIL]],
        )
    return {"default:public.stray.packed", "default:public.stray.facts", "default:public.stray.list"}


def planted_in_another_schema(house):
    with connections["keyring"].cursor() as cursor:
        cursor.execute("CREATE SCHEMA aside")
        cursor.execute("CREATE TABLE aside.stray (note text)")
        cursor.execute("INSERT INTO aside.stray VALUES (%s)", ["x" * 200_000 + "2025550147" + "y" * 200_000])
    return {"keyring:aside.stray.note"}


def planted_in_a_sealed_value(house):
    make_interaction(house.account, house.bob, comment="she said two oh two five five five oh one four seven")
    return {"interactions.Comment.text"}


def planted_in_a_file(house):
    make_interaction(house.account, house.bob, recording=b"RIFF LIST INFO " + ALICE.encode() + b"\x00" * 100)
    return {"interactions.Recording file"}


def planted_in_the_store(house):
    folder = settings.LETHE_HOME / "store" / "zz"
    folder.mkdir(parents=True)
    (folder / "stray").write_bytes(b"\x00" * (1 << 20) + b"2025550147")
    return {"content"}


def planted_in_a_log(house):
    (settings.LETHE_HOME / "logs" / "stray.log").write_text(f"mail to {ALICE_MAIL} failed\n")
    return {"content"}


def planted_in_a_file_name(house):
    (settings.LETHE_HOME / "logs" / "in-2025550147.wav").write_bytes(b"")
    return {"name"}


def planted_in_the_cache(house):
    cache.set("lookup", {"tel": ALICE})
    return {"memory"}


def planted_in_a_session(house):
    session = SessionStore()
    session["last"] = f"number {ALICE}"
    session.save()
    return {"django_session"}


PLANTED = [
    planted_in_a_table, planted_in_another_schema, planted_in_a_sealed_value, planted_in_a_file, planted_in_the_store,
    planted_in_a_log, planted_in_a_file_name, planted_in_the_cache, planted_in_a_session,
]  # fmt: skip


@pytest.fixture
def _swept():
    yield
    for alias, what in (("default", "TABLE stray"), ("keyring", "SCHEMA aside CASCADE")):
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DROP {what.split()[0]} IF EXISTS {' '.join(what.split()[1:])}")
    for name in ("store/zz/stray", "logs/stray.log", "logs/in-2025550147.wav"):
        (settings.LETHE_HOME / name).unlink(missing_ok=True)
    if (settings.LETHE_HOME / "store/zz").is_dir():
        (settings.LETHE_HOME / "store/zz").rmdir()


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.usefixtures("_swept")
def test_what_is_planted_is_found(plant, house, supervisor, forgotten):
    assert found(searched(house, supervisor)) == set()
    expected = plant(house)
    scan = searched(house, supervisor)
    assert expected <= {place for _, place, _ in found(scan)}
    said = json.dumps(list(ResidueFinding.objects.values_list("kind", "place", "record", "what")))
    assert not any(canary in said for canary in (*CANARIES, "2025550147"))


def test_what_lies_in_the_queue_or_the_cache_is_found(house, supervisor, forgotten, services, valkey, settings):
    """Planted in a real server, in every type it has, in clear and in a message."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache",
                                   "LOCATION": settings.CACHE_URL}}  # fmt: skip
    assert found(searched(house, supervisor)) == set()
    cache.set("lookup", {"tel": ALICE})
    queue = redis.from_url(settings.BROKER_URL)
    queue.set("note", f"call {ALICE}")
    queue.hset("dramatiq:default.msgs", "1", json.dumps({"args": ["(202) 555-0147"]}))
    queue.rpush("dramatiq:default", ALICE_MAIL)
    queue.sadd("seen", "2025550147")
    queue.zadd("due", {f"tel:{ALICE}": 1})
    queue.xadd("log", {"who": ALICE_MAIL})
    queue.set("of-2025550147", "x")
    try:
        scan = searched(house, supervisor)
    finally:
        services.empty_valkey()
    types = ("string", "hash", "list", "set", "zset", "stream", "name")
    servers = {("cache", "string"), *(("queue", each) for each in types)}
    # The server's own file on the disk is read as well.
    assert {(kind, place) for kind, place, _ in found(scan)} == servers | {("file", "content")}
    assert scan.not_searched == []


def test_what_cannot_be_read_is_told(monkeypatch):
    def refuse(*args, **options):
        raise PermissionError

    (settings.LETHE_HOME / "logs" / "stray.log").write_text("secret")
    monkeypatch.setattr("builtins.open", refuse)
    try:
        missed: set[str] = set()
        pieces = [*files_below(settings.LETHE_HOME / "logs", "file", missed)]
    finally:
        monkeypatch.undo()
        (settings.LETHE_HOME / "logs" / "stray.log").unlink()
    assert {piece.place for piece in pieces} == {"name"}
    assert missed == {"file unreadable"}


def test_a_case_file_with_its_letters_and_evidence_is_kept(house, supervisor, forgotten):
    case = seal_row(
        CaseFile(account=house.account, request=forgotten), {"requester": {"name": "A", "mail": ALICE_MAIL}}
    )
    evidence = Evidence(account=house.account, case=case, media_type="text/plain", size_bytes=9)
    seal_row(evidence, {"name": "id.txt", "content": base64.b64encode(f"card of {ALICE}".encode()).decode()})
    seal_row(Letter(account=house.account, case=case, kind="done"), {"to": ALICE_MAIL, "subject": "Done", "body": "x"})
    scan = searched(house, supervisor)
    assert found(scan) == set()
    assert {place for _, place, _ in found(scan, Weight.KEPT)} == {
        "rtbf.CaseFile.requester", "rtbf.Evidence.content", "rtbf.Letter.to",
    }  # fmt: skip


def test_a_key_that_lives_on_is_found(house, supervisor, forgotten, monkeypatch):
    request = forget(supervisor, house.account, "phone:202 555 0148")
    monkeypatch.setattr("privacy.erasure.ring.shred", lambda *args, **kwargs: 0)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert ("key", "keyring", "key") in found(request.scans.latest("started_at"))
    assert DoomedKey.objects.exists()


@pytest.mark.usefixtures("_swept")
def test_a_finding_leaves_the_request_with_exceptions(house, supervisor):
    planted_in_a_log(house)
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    scan = request.scans.get()
    assert found(scan) == {("file", "content", "email")}
    assert not request.identifiers.exists()
    assert not SearchSample.objects.exists()


@pytest.mark.usefixtures("_swept")
def test_a_copy_of_what_was_said_is_found_by_its_words(house, supervisor):
    said = "I lost my silver watch yesterday in the garden behind the old mill near the river bank of my aunt Edna"
    make_interaction(house.account, house.alice, transcript=[("customer", said)])
    copy = settings.LETHE_HOME / "logs" / "stray.log"
    copy.write_text(f"note: {said.upper()}\n")
    request = forget(supervisor, house.account)
    assert "silver" not in "".join(places_of("silver watch hash"))
    run_all()
    assert ("file", "content", "content") in found(request.scans.get())


def test_greetings_that_everybody_says_prove_nothing(house, supervisor):
    greeting = "hi I would like to check the balance of my savings account please and thank you very much"
    make_interaction(house.account, house.alice, transcript=[("customer", f"{greeting} this is about my card")])
    make_interaction(house.account, house.bob, transcript=[("customer", "hi I would like to check the balance")])
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED


def test_the_search_is_begun_anew_when_it_was_killed(house, supervisor, monkeypatch):
    request = forget(supervisor, house.account)
    whole = ResidueScan.objects.count()

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rtbf.residue.places.sessions", die)
        with pytest.raises(KeyboardInterrupt):
            run_all()
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    assert request.identifiers.exists()
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert ResidueScan.objects.exclude(ended_at=None).count() == whole + 1


def test_the_command_says_what_is_there_and_ends_with_1(house, supervisor, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("residue", account=house.account.name, identifier=list(TYPED), json=True)
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert any(each["place"] == "interactions.Comment.text" for each in json.loads(told)["findings"])
    assert not any(canary in told for canary in CANARIES)


def test_the_command_ends_well_when_nothing_is_left(house, supervisor, forgotten, capsys):
    call_command("residue", account=house.account.name, identifier=list(TYPED))
    assert "Nothing was found." in capsys.readouterr().out


def test_another_accounts_own_alice_is_not_opened(house, supervisor, forgotten, other_account):
    make_interaction(other_account, make_customer(other_account, phone=ALICE), phone=ALICE, comment=f"ring {ALICE}")
    assert found(searched(house, supervisor)) == set()
    assert Comment.objects.filter(account=other_account).exists()
    assert Recording.objects.exists()
    assert Request.objects.count() == 1
