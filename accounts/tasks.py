"""What the clock does for sign-in: sessions that have ended leave the database."""

from django.core.management import call_command

from jobs.clock import every

DAY_S = 24 * 3_600


@every(DAY_S)
def clear_ended_sessions() -> None:
    """Delete the rows of sessions that nobody can use any more."""
    call_command("clearsessions")
