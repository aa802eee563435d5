"""What the personal data map says about jobs: ids and codes only."""

from jobs.models import Heartbeat, Job
from privacy.map import declare

declare(
    Job,
    plain=[
        "id", "kind", "account_id", "subject", "actor", "status", "queued_at", "not_before", "rung_at", "started_at",
        "ended_at", "lease", "lease_until", "attempts", "progress_done", "progress_total", "error_code",
        "cancel_requested_at",
    ],
    subject="nobody",
)  # fmt: skip
declare(Heartbeat, plain=["name", "at"], subject="nobody")
