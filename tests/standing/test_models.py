import io

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.core.management import call_command
from django.db.models import PROTECT, ForeignKey

from accounts.models import User
from tests.standing.source import APPS

OURS = [model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in APPS]


@pytest.mark.parametrize("database", ["default", "keyring"])
@pytest.mark.django_db
def test_migrations_are_complete(database):
    said = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    call_command("migrate", check_unapplied=True, database=database, stdout=said)
    assert "No changes detected" in said.getvalue()


# Words outlive their sound: the link is let go and nothing is lost with it.
LET_GO = {"interactions.Transcription.recording", "interactions.Transcription.voicemail"}


def test_every_foreign_key_protects():
    links = [field for model in OURS for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    assert len(links) > 20
    assert {str(field) for field in links if field.remote_field.on_delete is not PROTECT} == LET_GO


def test_there_is_no_superuser():
    names = {field.name for field in User._meta.get_fields()}
    assert names & {"is_superuser", "is_staff", "groups", "user_permissions"} == set()


def test_nobody_can_make_one(db):
    assert not hasattr(User.objects, "create_superuser")
    assert not User(email="root@example.com", is_active=True).has_perm("interactions.listen_recording")


def test_the_portal_deletes_nothing(rf, supervisor):
    assert "delete_selected" not in dict(site.actions)
    request = rf.get("/")
    request.user, request.actor = supervisor.user, supervisor.actor
    for admin in site._registry.values():
        assert not admin.has_delete_permission(request)
        assert admin.get_actions(request) == {}


def test_only_our_own_pages_hang_in_the_portal():
    assert {model.__module__.split(".")[0] for model in site._registry} <= set(APPS)
