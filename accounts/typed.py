"""Read the ids and numbers that come with a form or a link; whatever is none of them is None, never an error page."""

from uuid import UUID


def id_in(text: str) -> UUID | None:
    """Return the id a text is."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def number_in(text: str, *, digits: int) -> int | None:
    """Return the whole number a text is, if it has at most so many digits, as the columns it is compared with do."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if is_number else None
