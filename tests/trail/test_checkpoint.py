import base64

import pytest

from trail.checkpoint import BadNote, Head, Signer, Verifier
from trail.merkle import leaf_hash

SIGNER = Signer(bytes(range(32)))
ROOT = leaf_hash(b"root")

# The example of C2SP signed-note and golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_opens_to_the_head_that_was_signed():
    assert SIGNER.verifier.open(SIGNER.sign(7, ROOT)) == Head(SIGNER.verifier.name, 7, ROOT)


def test_the_text_is_that_of_a_tlog_checkpoint():
    lines = SIGNER.sign(7, ROOT).split("\n")
    assert lines[:4] == [SIGNER.verifier.name, "7", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {SIGNER.verifier.name} ")
    assert lines[5:] == [""]


def test_keys_and_signatures_are_those_of_the_published_example():
    verifier = Verifier.parse(GO_KEY)
    assert verifier.vkey() == GO_KEY
    with pytest.raises(BadNote, match="not a checkpoint"):
        verifier.open(GO_NOTE)
    with pytest.raises(BadNote, match="does not match"):
        verifier.open(GO_NOTE.replace("answer", "cause"))


@pytest.mark.parametrize(
    ("old", "new"), [("\n7\n", "\n8\n"), ("\n\n", "\nextension\n\n"), ("lethe.audit", "other.audit"), ("— ", "")]
)
def test_a_changed_note_is_refused(old: str, new: str):
    note = SIGNER.sign(7, ROOT)
    assert old in note
    with pytest.raises(BadNote):
        SIGNER.verifier.open(note.replace(old, new) if old != "— " else note.split("— ")[0])


def test_another_logs_note_is_refused():
    with pytest.raises(BadNote, match="no signature of this log"):
        SIGNER.verifier.open(Signer(bytes(32)).sign(7, ROOT))


def test_a_damaged_key_is_refused():
    with pytest.raises(BadNote, match="damaged"):
        Verifier.parse(SIGNER.verifier.vkey().replace("+A", "+B"))
