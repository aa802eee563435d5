"""What of the people who work with Lethe is personal.

No customer stands here. Staff data is kept as long as the log names these people, so nothing of it is in the
eraser's reach; what names somebody who has left is replaced by a token (`rtbf.staff.leavers`).
"""

from accounts.models import (
    Account,
    Agent,
    Circumstances,
    Line,
    Membership,
    PurposeRule,
    Supervision,
    Supervisor,
    Team,
    User,
)
from privacy.map import Category, Datum, Keep, declare

ACCOUNTABILITY = Keep(because="the access log names these people by id and must stay readable")
STAFF = Datum(Category.STAFF, on_erase=ACCOUNTABILITY)

declare(Account, plain=["id", "name", "region", "zone", "grace_hours", "created_at", "closed_at"], subject="nobody")
declare(Line, plain=["id", "account", "number", "label"], subject="nobody")
declare(Team, plain=["id", "account", "name"], subject="nobody")
declare(Agent, personal={"name": STAFF}, plain=["id", "account", "extension", "team"], subject="staff")
declare(
    User,
    personal={"email": STAFF, "name": STAFF, "password": STAFF, "last_login": STAFF},
    plain=["id", "is_active", "created_at"],
    subject="staff",
)
declare(
    Membership,
    personal={"selected_at": STAFF},
    plain=["id", "user", "account", "role", "agent", "active", "created_at"],
    subject="staff",
)
declare(Supervisor, plain=["id", "membership", "whole_account"], subject="staff")
declare(Supervision, plain=["id", "supervisor", "team"], subject="staff")
declare(
    Circumstances,
    plain=["id", "account", "purposes", "direction", "line", "queue", "campaign", "team"],
    subject="nobody",
)
declare(
    PurposeRule,
    plain=["id", "account", "purposes", "direction", "line", "queue", "campaign", "created_at"],
    subject="nobody",
)
