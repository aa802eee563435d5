"""Tables that other packages bring, each with the reason why nothing about a customer can stand in it."""

from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.sessions.models import Session

from privacy.map import Category, Datum, Keep, declare, exempt

STAFF = Keep(because="a person who signs in is known by this address; it goes when the names of a leaver are erased")

declare(
    EmailAddress,
    personal={"email": Datum(Category.STAFF, on_erase=STAFF)},
    plain=["id", "user", "verified", "primary"],
    subject="staff",
)
declare(EmailConfirmation, plain=["id", "email_address", "created", "sent", "key"], subject="staff")
declare(Session, plain=["session_key", "session_data", "expire_date"], subject="staff")

for label in ("contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"):
    exempt(label, because="names of models and rights")
exempt("admin.LogEntry", because="never written: what happens in the portal is an entry of the log")
for label in ("axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessLog", "axes.AccessFailureLog"):
    exempt(label, because="never written: failed sign-ins are counted in the cache, under hashes")
for label in ("guardian.UserObjectPermission", "guardian.GroupObjectPermission"):
    exempt(label, because="ids of users and records")
exempt("django_dramatiq.Task", because="never written: work is a row of jobs, a message is only a doorbell")
