"""What a request can fail on; each sentence says what was not done and what to do, and never repeats what was typed."""


class RequestError(Exception):
    """A request was not made, confirmed or cancelled."""


class Unreadable(RequestError):
    """Something typed is no identifier. `problems`: a sentence for each place, counted from 1."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        self.problems = problems
        sentences = " ".join(f"Identifier {place}: {sentence}" for place, sentence in problems)
        super().__init__(f"{sentences} Nothing was searched.")


class OwnNumber(RequestError):
    """A number of the account itself was given: it is in every call and nobody's."""


class IdentifiesNobody(RequestError):
    """What was given fits many people: names, addresses and birthdays need an identifier beside them."""


class NothingFound(RequestError):
    """Nobody and nothing here carries these identifiers."""


class NotConfirmed(RequestError):
    """The word was not typed as asked."""


class TooLate(RequestError):
    """The request is past the point where this can be done."""


class NotPossible(RequestError):
    """A value is wrong, or the request does not stand where this can be done."""


class PlanChanged(RequestError):
    """Something came in, went or was held since the plan was made; it was made anew and must be confirmed again."""


class NeedsSecondPerson(RequestError):
    """Whoever confirmed or raised a request can't approve it as well."""
