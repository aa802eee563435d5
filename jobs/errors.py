"""How a job ends early. The row keeps the code; the text of an exception could hold personal data and is not kept."""


class JobFailed(Exception):
    """The job can't be done; `code` says why. With `again` it is tried once more, later."""

    def __init__(self, code: str, *, again: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class Cancelled(Exception):
    """Somebody cancelled the job; stop at once and leave everything whole."""


class LeaseLost(Exception):
    """Another worker has taken the job over; stop at once."""
