"""Hand letters to the mail server from a job: what it does not take is tried again later."""

from collections.abc import Iterable

from django.core.mail import EmailMessage

from jobs.errors import JobFailed


def send_mail(subject: str, body: str, *, to: Iterable[str] = (), bcc: Iterable[str] = ()) -> None:
    """Send a letter to addresses that see each other (`to`) or do not (`bcc`).

    Raises JobFailed, to be tried again, when the mail server does not take it.
    """
    try:
        EmailMessage(subject, body, to=list(to), bcc=list(bcc)).send()
    except OSError:  # smtplib's errors are OSErrors; their text may hold the addresses, so it goes no further
        raise JobFailed("mail_not_taken", again=True) from None
