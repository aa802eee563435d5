"""How letters read until an account writes its own: short, polite, the law named once.

They say no more than whoever asked must know: no identifiers, no list of what was found.
"""

from typing import Final

PLACEHOLDERS: Final[dict[str, str]] = {
    "name": "the name of who asked",
    "account": "the name of this account",
    "reference": "the reference of the request",
    "received_on": "the day the request came in",
    "due_on": "the day it must be answered by",
    "asked": "what was asked for",
    "ground": "why it is refused",
    "reason": "why it takes longer",
    "finished_on": "the day it was carried out",
}

ASKED: Final[dict[str, str]] = {
    "erasure": "to erase personal data about you",
    "rectification": "to correct personal data about you",
    "restriction": "to restrict the processing of personal data about you",
    "objection": "in which you object to the processing of personal data about you",
}

DEFAULTS: Final[dict[str, tuple[str, str]]] = {
    "acknowledge": (
        "Your request {reference}",
        "Dear {name},\n\nwe received your request on {received_on} {asked}. Its reference is"
        " {reference}. We will answer it by {due_on} at the latest.\n\nIf we need more from you to be sure who you are,"
        " we will write to you.\n\nYours sincerely\n{account}",
    ),
    "extend": (
        "Your request {reference} takes longer",
        "Dear {name},\n\nwe received your request {reference} on {received_on}. We need more time for it, because"
        " {reason}. Article 12(3) of the General Data Protection Regulation allows up to two further months. We will"
        " answer by {due_on} at the latest.\n\nYou can lodge a complaint with a supervisory authority and seek a"
        " judicial remedy.\n\nYours sincerely\n{account}",
    ),
    "refuse": (
        "Your request {reference}",
        "Dear {name},\n\nwe can't meet your request {reference} of {received_on} {asked}. The"
        " ground is: {ground} of the General Data Protection Regulation.\n\nYou can lodge a complaint with a"
        " supervisory authority and seek a judicial remedy.\n\nYours sincerely\n{account}",
    ),
    "done": (
        "Your request {reference} has been carried out",
        "Dear {name},\n\non {finished_on} we carried out your request {reference} of {received_on}: the personal data"
        " about you that we held has been erased. What must stay, because a law"
        " or a legal claim requires it, is used for nothing else and goes when that reason ends.\n\nYours sincerely\n"
        "{account}",
    ),
    "corrected": (
        "Your request {reference} has been carried out",
        "Dear {name},\n\non {finished_on} we carried out your request {reference} of {received_on}: what you asked us"
        " to correct has been corrected wherever we hold it (Article 16 of the General Data Protection Regulation)."
        " What was said in recorded calls stays as it was said.\n\nYours sincerely\n{account}",
    ),
    "restricted": (
        "Your request {reference} has been carried out",
        "Dear {name},\n\non {finished_on} we carried out your request {reference} of {received_on}: the personal data"
        " about you that we hold is restricted (Article 18 of the General Data Protection Regulation). We keep it and"
        " use it for nothing but legal claims. We will write to you before that ends.\n\nYours sincerely\n{account}",
    ),
    "lifted": (
        "The restriction {reference} is going to be lifted",
        "Dear {name},\n\nfollowing your request {reference} of {received_on}, the personal data about you is"
        " restricted. We are going to lift this restriction and tell you so beforehand, as Article 18(3) of the General"
        " Data Protection Regulation asks. If you do not agree, please write to us.\n\nYou can lodge a complaint with a"
        " supervisory authority and seek a judicial remedy.\n\nYours sincerely\n{account}",
    ),
    "objected": (
        "Your objection {reference}",
        "Dear {name},\n\nwe received your objection {reference} on {received_on} and have upheld it (Article 21 of the"
        " General Data Protection Regulation). We no longer use the personal data about you for what you objected to."
        "\n\nYours sincerely\n{account}",
    ),
}
