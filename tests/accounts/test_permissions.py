from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from tests.conftest import Person


class Silent(APIView):
    """A view whose author said nothing about permissions."""

    def get(self, request: Request) -> Response:
        return Response({"open": True})


def test_a_view_that_says_nothing_is_closed(supervisor: Person) -> None:
    assert settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"] == ["accounts.permissions.DenyAll"]
    request = APIRequestFactory().get("/")
    supervisor.user.selected = supervisor.membership
    force_authenticate(request, user=supervisor.user)
    answer = Silent.as_view()(request)
    assert answer.status_code == 403
    assert "open" not in str(answer.data)
