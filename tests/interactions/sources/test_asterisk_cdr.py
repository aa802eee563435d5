"""Rows of Master.csv become calls, each broken one costs itself only, and memory stays flat."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.drafts import CommentDraft, Direction, InteractionDraft, Noted, Place, Rejected, TextDraft
from interactions.sources.formats.asterisk_cdr import Row
from interactions.sources.reader import read_all

from .exports import LOS_ANGELES, cdr_line

MASTER = "cdr-csv/Master.csv"
OTHER = {"uniqueid": "1584310999.4085"}


def place(column: str, row: int = 1, start: int = 0) -> Place:
    return Place(MASTER, {"row": row, "key": {"uniqueid": "1584310249.4083"}}, column, start)


def test_a_call_from_outside(read):
    call = read({MASTER: cdr_line()}).call
    assert call == InteractionDraft(
        source="asterisk-cdr",
        ids=("asterisk:1584310249.4083", "channel:PJSIP/trunk-us-00000ff3"),
        place=place(""),
        started_at=datetime(2020, 3, 15, 22, 10, 49, tzinfo=UTC),
        answered_at=datetime(2020, 3, 15, 22, 11, 10, tzinfo=UTC),
        ended_at=datetime(2020, 3, 15, 22, 11, 51, tzinfo=UTC),
        duration_s=62,
        talk_s=41,
        direction=Direction.INBOUND,
        customer_address=TextDraft("2025550147", place("src")),
        own_address="400",
        customer_names=(TextDraft("Alice Example", place("clid", start=1)),),
        agent_extension="2028",
        queue="400",
        disposition="answered",
    )


def test_a_call_to_outside(read):
    call = read(
        {
            MASTER: cdr_line(
                src="2046",
                dst="912025550147",
                clid='"Bob" <2046>',
                channel="PJSIP/2046-00001017",
                dstchannel="PJSIP/trunk-us-00001018",
                lastapp="Dial",
                lastdata="PJSIP/12025550147@trunk-us,300,T",
                userfield="call back to Alice",
            )
        }
    ).call
    assert (call.direction, call.agent_extension, call.agent_name) == (Direction.OUTBOUND, "2046", "Bob")
    assert call.customer_address == TextDraft("912025550147", place("dst"))
    assert (call.own_address, call.customer_names, call.queue) == ("2046", (), "")
    assert call.comments == (CommentDraft("call back to Alice", "", None, place("userfield")),)


def test_a_call_inside_has_no_customer(read):
    call = read(
        {MASTER: cdr_line(src="2046", dst="2028", clid='"Bob" <2046>', lastapp="Dial", lastdata="PJSIP/2028")}
    ).call
    assert (call.direction, call.customer_address, call.customer_names) == (Direction.INTERNAL, None, ())
    assert (call.agent_extension, call.agent_name) == ("2046", "Bob")


def test_an_unanswered_call_has_no_answer_time(read):
    call = read({MASTER: cdr_line(answer="", billsec="0", disposition="NO ANSWER", dstchannel="")}).call
    assert (call.answered_at, call.talk_s, call.disposition, call.agent_extension) == (None, 0, "no answer", "")


def test_a_withheld_number_stays_as_written_and_is_marked(read):
    call = read({MASTER: cdr_line(src="anonymous", clid='"Anonymous" <anonymous>')}).call
    assert call.anonymous
    assert call.customer_address == TextDraft("anonymous", place("src"))
    assert (call.direction, call.customer_names) == (Direction.INBOUND, ())


@pytest.mark.parametrize(
    ("dst", "lastdata"), [("vmu2046", "2046@default,u"), ("400", "u2046"), ("s", "2046&2047@x"), ("vmu2046", "")]
)
def test_a_voicemail_belongs_to_the_owner_of_the_mailbox(read, dst, lastdata):
    call = read({MASTER: cdr_line(dst=dst, dstchannel="", lastapp="VoiceMail", lastdata=lastdata)}).call
    assert (call.agent_extension, call.queue) == ("2046", "")


def test_the_number_called_is_an_agent_only_if_the_account_does_not_say_otherwise(read):
    files = {MASTER: cdr_line(dst="600", dstchannel="", lastapp="Dial", lastdata="PJSIP/bob&PJSIP/carol")}
    assert read(files).call.agent_extension == "600"
    assert read(files, agent_extensions={"2046"}).call.agent_extension == ""


def test_what_nobody_needs_is_not_taken_in(read):
    call = read({MASTER: cdr_line(channel="SIP/+447700900123-00001001", lastdata="PJSIP/12025550147@trunk,300,T")}).call
    assert call.values == ()


def test_the_longer_form_has_a_linked_id(read):
    call = read({MASTER: cdr_line(peeraccount="", linkedid="1584310200.4000", sequence="12")}).call
    assert call.ids[-1] == "asterisk-linked:1584310200.4000"


def test_unknown_words_in_disposition_and_queue_are_not_taken_over(read):
    call = read({MASTER: cdr_line(disposition="Alice called", lastdata="Alice Example,t", dst="12025550100")}).call
    assert (call.disposition, call.queue) == ("", "")


def test_the_unique_id_decides_about_the_repeated_hour(read):
    late = cdr_line(
        start="2020-11-01 01:59:50", answer="", end="2020-11-01 01:00:20", duration="30", uniqueid="1604221190.1"
    )
    call = read({MASTER: late}).call
    assert call.started_at == datetime(2020, 11, 1, 8, 59, 50, tzinfo=UTC)
    assert call.ended_at == datetime(2020, 11, 1, 9, 0, 20, tzinfo=UTC)


def test_an_end_before_the_start_gives_way_to_the_duration(read):
    call = read({MASTER: cdr_line(end="2020-03-15 15:00:00")}).call
    assert (call.ended_at - call.started_at).total_seconds() == 62


def test_the_zone_is_the_accounts(read):
    call = read({MASTER: cdr_line()}, zone=ZoneInfo("Europe/Paris")).call
    assert call.started_at == datetime(2020, 3, 15, 14, 10, 49, tzinfo=UTC)


def test_a_header_is_no_row(read):
    header = ",".join(Row._fields[:18])
    assert read({MASTER: header + "\n" + cdr_line()}).call.place == place("")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"start": "2020-02-30 10:00:00"}, "start"),
        ({"start": "0001-01-01 00:00:00"}, "years"),
        ({"end": "9999-12-31 23:59:59"}, "years"),
        ({"answer": "yesterday Alice"}, "answer"),
        ({"duration": "-62"}, "negative"),
        ({"billsec": "Alice"}, "whole number"),
        ({"uniqueid": ""}, "id of the call"),
        ({"uniqueid": "Alice" * 100}, "id of the call"),
        ({"surplus": "Alice"}, "19 columns where 18 or 21"),
        ({"clid": "Al\0ice"}, "NUL"),
        ({"clid": "Alice" * 300_000}, "1 MiB"),
        ({"clid": "Alice" * 30_000}, "too long"),
    ],
)
def test_a_broken_row_is_rejected_by_its_line_and_the_next_is_read(read, columns, reason):
    answer = read({MASTER: cdr_line() + cdr_line(**columns) + cdr_line(**OTHER)})
    assert [call.place.record["row"] for call in answer.calls] == [1, 3]
    assert (answer.refusal.file, answer.refusal.line) == (MASTER, 2)
    assert reason in answer.refusal.reason
    assert "Alice" not in answer.refusal.reason


def test_a_quote_left_open_costs_its_own_row_only(read):
    broken = cdr_line(userfield="x").removesuffix('"\n') + "\n"
    answer = read({MASTER: cdr_line() + broken + cdr_line(**OTHER)})
    assert [call.place.record["row"] for call in answer.calls] == [1, 3]
    assert "quote" in answer.refusal.reason


def test_rows_without_unique_id_are_told_how_to_get_one(read):
    line = ",".join(cdr_line().split(",")[:-2]) + "\n"
    answer = read({MASTER: line})
    assert "loguniqueid" in answer.refusal.reason


def test_windows_1252_a_mark_and_mixed_line_ends_are_read(read):
    content = b"\xef\xbb\xbf" + cdr_line().replace("\n", "\r\n").encode()
    content += (
        cdr_line(clid='"José" <2025550147>', **OTHER).encode("cp1252").replace(b"\n", b"\r") + cdr_line().encode()
    )
    answer = read({MASTER: content})
    assert [call.customer_names[0].text for call in answer.calls] == ["Alice Example", "José", "Alice Example"]
    assert [(type(note), note.line) for note in answer.noted] == [(Noted, 2)]
    assert not answer.rejected


def test_a_utf32_file_is_refused_once(read):
    assert "UTF-32" in read({MASTER: cdr_line().encode("utf-32")}).refusal.reason


def test_the_format_is_known_by_its_content(read):
    assert len(read({"calls-of-march.csv": "Broken first line\n" + cdr_line()}).calls) == 1
    assert not read({"other.csv": "name,phone\nAlice,2025550147\n"}).calls[1:]


def test_the_same_file_twice_gives_the_same_ids_from_two_places(read):
    first, second = read({"a/Master.csv": cdr_line(), "b/Master.csv": cdr_line()}).calls
    assert (first.place.file, second.place.file) == ("a/Master.csv", "b/Master.csv")
    assert first.ids == second.ids
    assert replace(first, place=second.place, customer_address=None, customer_names=(), values=()) == replace(
        second, customer_address=None, customer_names=(), values=()
    )


def test_a_line_of_a_gigabyte_is_rejected_in_fixed_memory(tmp_path):
    path = tmp_path / "Master.csv"
    with path.open("wb") as stream:
        stream.write(cdr_line().encode() + b'"')
        stream.seek(1 << 30, 1)
        stream.write(b"\n" + cdr_line(**OTHER).encode())
    tracemalloc.start()
    first, refused, last = read_all(tmp_path, zone=LOS_ANGELES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, InteractionDraft)
    assert (refused.line, "1 MiB" in refused.reason) == (2, True)
    assert last.place.record["row"] == 3
    assert peak < 8 << 20


def test_memory_is_flat_over_many_rows(tmp_path):
    with (tmp_path / "Master.csv").open("w") as stream:
        for number in range(20_000):
            stream.write(cdr_line(uniqueid=f"{1584310249 + number}.{number}"))
    tracemalloc.start()
    count = sum(isinstance(outcome, InteractionDraft) for outcome in read_all(tmp_path, zone=LOS_ANGELES))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4 << 20


def test_rubbish_without_end_is_given_up(read):
    answer = read({MASTER: cdr_line() + "rubbish\n" * 20_000})
    assert len(answer.calls) == 1
    assert len(answer.rejected) == 10_001
    assert "rest of the file" in answer.rejected[-1].reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=12), min_size=18, max_size=21), st.binary(max_size=60))
def test_whatever_stands_in_a_row_the_next_one_is_read(tmp_path: Path, fields, rubbish):
    odd = ",".join('"' + field.replace('"', '""') + '"' for field in fields).encode("utf-8", "replace")
    (tmp_path / "Master.csv").write_bytes(
        cdr_line().encode() + odd + b"\n" + rubbish + b"\n" + cdr_line(**OTHER).encode()
    )
    outcomes = list(read_all(tmp_path, zone=LOS_ANGELES))
    calls = [outcome for outcome in outcomes if isinstance(outcome, InteractionDraft)]
    assert calls[0].ids[0] == "asterisk:1584310249.4083"
    assert calls[-1].ids[0] == "asterisk:" + OTHER["uniqueid"]
    assert all(isinstance(outcome, InteractionDraft | Rejected | Noted) for outcome in outcomes)
