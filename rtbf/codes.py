"""The codes people choose from: how a request came in, how identity was checked, why it was refused or ended.

The log and the plan take codes, never free text, because a written reason may name a person and could not be unlearned.
"""

from django.db import models


class Asks(models.TextChoices):
    """Which right a request is about."""

    ERASURE = "erasure", "To be forgotten (Art. 17)"
    RECTIFICATION = "rectification", "To have something corrected (Art. 16)"
    RESTRICTION = "restriction", "To have data restricted (Art. 18)"
    OBJECTION = "objection", "To object (Art. 21)"


class Objection(models.TextChoices):
    """On which ground a customer objects."""

    SITUATION = "situation", "For reasons of the own situation (Art. 21(1))"
    MARKETING = "marketing", "To direct marketing (Art. 21(2))"
    RESEARCH = "research", "To research or statistics (Art. 21(6))"


class Upheld(models.TextChoices):
    """What an objection that is upheld leads to."""

    RESTRICTION = "restriction", "Upheld: the data is restricted"
    ERASURE = "erasure", "Upheld: a request to forget the customer was raised"


class Channel(models.TextChoices):
    """How a request came in."""

    LETTER = "letter", "Letter"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Telephone"
    IN_PERSON = "in_person", "In person"
    FORM = "form", "Web form"
    SHELL = "shell", "Command line"
    OTHER = "other", "Another way"


class Relation(models.TextChoices):
    """Who asked."""

    SELF = "self", "The customer"
    REPRESENTATIVE = "representative", "A representative with authority"
    PARENT = "parent", "A parent or guardian"
    AUTHORITY = "authority", "A supervisory authority"
    OTHER = "other", "Somebody else"


class Check(models.TextChoices):
    """How identity was checked."""

    CALL_BACK = "call_back", "Called back on a known number"
    KNOWN_ADDRESS = "known_address", "Asked from a known e-mail or postal address"
    DOCUMENT = "document", "Identity document seen"
    SECRETS = "secrets", "Answered questions only the customer can"
    SIGNED_IN = "signed_in", "Signed in to the customer's own account"
    AUTHORITY = "authority", "Written authority of the customer"


class RefusalGround(models.TextChoices):
    """Why a request is refused."""

    IDENTITY = "identity", "Identity could not be established (Art. 11(2), 12(6))"
    UNFOUNDED = "unfounded", "Manifestly unfounded (Art. 12(5))"
    EXCESSIVE = "excessive", "Excessive, in particular repeated (Art. 12(5))"
    NO_GROUND = "no_ground", "None of the grounds for erasure applies (Art. 17(1))"
    EXPRESSION = "expression", "Freedom of expression and information (Art. 17(3)(a))"
    OBLIGATION = "obligation", "A law requires the data to be kept (Art. 17(3)(b))"
    HEALTH = "health", "Public interest in public health (Art. 17(3)(c))"
    ARCHIVES = "archives", "Archiving, research or statistics (Art. 17(3)(d))"
    CLAIMS = "claims", "Needed for legal claims (Art. 17(3)(e))"
    ACCURATE = "accurate", "What is held is accurate (Art. 16)"
    NO_CASE = "no_case", "None of the cases of Art. 18(1) applies"
    COMPELLING = "compelling", "Compelling legitimate grounds prevail (Art. 21(1))"
    NOTHING_HELD = "nothing_held", "Nothing about this person is held"


class Extension(models.TextChoices):
    """Why a request takes up to two months longer."""

    COMPLEX = "complex", "The request is complex"
    NUMBER = "number", "Many requests came in"
    BOTH = "both", "The request is complex, and many came in"


class Ending(models.TextChoices):
    """Why a request was ended before it was carried out."""

    MISTAKE = "mistake", "Made by mistake"
    WITHDRAWN = "withdrawn", "The customer took it back"
    DOUBLE = "double", "There is another request for the same person"
    NOTHING_FOUND = "nothing_found", "The search found nothing"


class Exclusion(models.TextChoices):
    """Why a person leaves records out of a plan."""

    CLAIMS = "needed_for_claims", "Needed for legal claims (Art. 17(3)(e))"
    OBLIGATION = "kept_by_law", "A law requires it to be kept (Art. 17(3)(b))"
    EXPRESSION = "kept_for_expression", "Freedom of expression (Art. 17(3)(a))"
    HEALTH = "kept_for_health", "Public health (Art. 17(3)(c))"
    ARCHIVES = "kept_for_archives", "Archiving, research or statistics (Art. 17(3)(d))"
    CONTRACT = "contract_runs", "Still needed for a contract that runs (Art. 17(1)(a))"
    OTHER_PERSON = "about_somebody_else", "It is about somebody else"


class SecondPerson(models.TextChoices):
    """Why a second person must approve."""

    ALWAYS = "four_eyes", "this account asks for a second person"
    SIZE = "size", "the plan holds more records than one person may forget alone"
    NUMBER = "number", "one person confirmed many requests in a short time"


class LetterKind(models.TextChoices):
    """Letters about a request."""

    ACKNOWLEDGE = "acknowledge", "Acknowledgement"
    EXTEND = "extend", "Extension"
    REFUSE = "refuse", "Refusal"
    DONE = "done", "Done"
    CORRECTED = "corrected", "Corrected"
    RESTRICTED = "restricted", "Restricted"
    LIFTED = "lifted", "Restriction to be lifted"
    OBJECTED = "objected", "Objection upheld"
