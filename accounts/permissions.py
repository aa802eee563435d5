"""What the API answers where nobody said anything: no."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """Refuse every call; a view opens by naming its own permission."""

    message = "This address gives no access. Nothing was done."

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Refuse."""
        return False

    def has_object_permission(self, request: "Request", view: "APIView", obj: object) -> bool:
        """Refuse."""
        return False
