"""Check a certificate without a database: `python -m rtbf.verify_certificate FILE [--key KEY]`.

It shares with the issuer only the signature, the tree's hashing and the canonical form. A certificate proves itself
with the key it names; whose key that is, only the reader can say, by comparing it with what the installation publishes.
"""

import argparse
import base64
import binascii
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trail.canonical import canonical
from trail.checkpoint import BadNote, Verifier
from trail.merkle import included, leaf_hash

KIND: Final = "certificate of erasure v1"
PICTURE: Final = "certificate picture v1"
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_ENTRIES: Final = 2_000
_SIGNED_PDF = re.compile(rb"\n%lethe ([^ \n]{1,200}) ([A-Za-z0-9+/=]{1,200})\n\Z")


class NotGenuine(ValueError):
    """The file is no certificate, or is not as it was issued."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A certificate that is as it was issued. `clean`: it says that nothing was left. `key` signed it."""

    reference: str
    version: int
    issued_at: str
    clean: bool
    final: bool
    entries: int
    key: str
    is_picture: bool = False


def check(data: bytes, *, key: str = "") -> Checked:
    """Return what a certificate says, its signatures and proofs checked. Raises NotGenuine with a sentence.

    `key`: the verifier key that must have signed it; without one, the key it names itself.
    """
    if len(data) > MOST_BYTES:
        raise NotGenuine(f"A certificate has at most {MOST_BYTES // 1024 // 1024} MB; this file is larger.")
    try:
        return _check_picture(data, key) if data.startswith(b"%PDF") else _check_document(data, key)
    except NotGenuine:
        raise
    except BadNote as problem:
        raise NotGenuine(f"The certificate is not as it was issued. {problem}") from problem
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError, ValueError, OverflowError) as problem:
        raise NotGenuine("This is not a certificate: something is missing or of another kind.") from problem


def _check_document(data: bytes, key: str) -> Checked:
    try:
        whole = json.loads(data, parse_constant=_refuse, object_pairs_hook=_once)
    except ValueError:
        raise NotGenuine("This is not a certificate: it is neither JSON nor PDF.") from None
    said, signature = whole["certificate"], whole["signature"]
    if set(whole) != {"certificate", "signature"} or said["type"] != KIND:
        raise NotGenuine("This is not a certificate of erasure that this program knows.")
    verifier = _verifier(signature["key"], key)
    verifier.prove_statement(KIND, canonical(said), _bytes(signature["ed25519"]))
    return Checked(
        said["request"]["reference"], said["version"], said["issued_at"], said["clean"] is True, said["final"] is True,
        _prove_entries(said["log"], verifier), verifier.vkey(),
    )  # fmt: skip


def _prove_entries(log: Mapping[str, Any], verifier: Verifier) -> int:
    """Prove that every entry stands in the tree of a checkpoint that the same key signed."""
    heads = [verifier.open(note) for note in log["checkpoints"]]
    by_size = {head.size: head for head in heads}
    if len(log["entries"]) > MOST_ENTRIES:
        raise NotGenuine("The certificate names more entries of the log than any does.")
    for entry in log["entries"]:
        head = by_size.get(entry["size"])
        path = [bytes.fromhex(each) for each in entry["path"]]
        leaf = leaf_hash(entry["text"].encode())
        if head is None or not included(leaf, entry["position"], head.size, path, head.root):
            raise NotGenuine("An entry of the log named in the certificate does not stand in the signed log.")
    return len(log["entries"])


def _check_picture(data: bytes, key: str) -> Checked:
    """Check the signature at the end of a PDF, over every byte before it."""
    found = _SIGNED_PDF.search(data[-600:])
    if found is None:
        raise NotGenuine("This PDF carries no signature of a certificate, or something was added behind it.")
    verifier = _verifier(found[1].decode(), key)
    verifier.prove_statement(PICTURE, data[: len(data) - len(found[0])], _bytes(found[2].decode()))
    told = re.search(rb"/Keywords \((lethe [^)]{1,200})\)", data)
    words = told[1].decode().split() if told else []
    reference, version, issued, clean, final = words[1:6] if len(words) == 6 else ("", "0", "", "", "")
    return Checked(
        reference, int(version), issued, clean == "clean", final == "final", 0, verifier.vkey(), is_picture=True
    )


def _verifier(named: str, expected: str) -> Verifier:
    own = Verifier.parse(named)
    if expected and Verifier.parse(expected).public != own.public:
        raise NotGenuine("The certificate is signed, but not with the key given.")
    return own


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotGenuine("The signature is damaged.") from None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: two readers could take one certificate for two."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def sentences(found: Checked, *, key_given: bool) -> list[str]:
    """Return in words what was found out."""
    what = "picture of the certificate" if found.is_picture else "certificate"
    said = "says that nothing was left" if found.clean else "says that something was kept or left"
    later = "" if found.final else " Later moments were not known when it was issued; ask for a newer one."
    return [
        f"Genuine: the {what} of {found.reference}, version {found.version}, issued {found.issued_at}, is as it was"
        f" issued. It {said}.{later}",
        *([f"{found.entries} entries of the log are proved to stand in it."] if not found.is_picture else []),
        f"Signed with the key {found.key}",
        *([] if key_given else ["Compare this key with the one the installation publishes: anybody has keys."]),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file; 0 when it is genuine, 1 when not."""
    parser = argparse.ArgumentParser(prog="python -m rtbf.verify_certificate", description="Check a certificate.")
    parser.add_argument("file", type=Path, help="the certificate, JSON or PDF")
    parser.add_argument("--key", default="", help="the installation's verifier key, or a file that holds it")
    options = parser.parse_args(arguments)
    try:
        key = Path(options.key).read_text(encoding="ascii").strip() if Path(options.key).is_file() else options.key
        with open(options.file, "rb") as file:
            found = check(file.read(MOST_BYTES + 1), key=key)
    except (NotGenuine, OSError, BadNote) as problem:
        print(f"Not genuine: {problem}" if not isinstance(problem, OSError) else f"Not read: {problem.strerror}")
        return 1
    print("\n".join(sentences(found, key_given=bool(key))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
