"""What every list and form of the portal has in common; an app's `admin.py` derives from it.

Rows come through `visible_to`, rights are asked on the row, saving calls a flow or fails, nothing is deleted, and
Django's own history is never written: the access log is the only one.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from accounts.errors import AccountsError
from accounts.requests import MemberRequest
from accounts.rights import require
from trail.refusal import NotVisible

ONE_WAY = {"show_save_and_add_another": False, "show_save_and_continue": False}


class PortalAdmin(ModelAdmin):
    """A model's pages in the portal. `flow_errors`: what a flow raises to say why it did nothing."""

    actions = None
    show_full_result_count = False
    compressed_fields = True
    flow_errors: tuple[type[Exception], ...] = (AccountsError,)

    def get_queryset(self, request: MemberRequest) -> QuerySet[Any]:
        """Return the rows this person may see."""
        rows: QuerySet[Any] = self.model._default_manager.visible_to(request.actor)
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows

    def has_view_permission(self, request: MemberRequest, obj: Model | None = None) -> bool:
        """Ask for the view right, on the row."""
        return self._has(request, "view", obj)

    def has_change_permission(self, request: MemberRequest, obj: Model | None = None) -> bool:
        """Ask for the change right, on the row."""
        return self._has(request, "change", obj)

    def has_add_permission(self, request: MemberRequest) -> bool:
        """Ask for the add right."""
        return self._has(request, "add", None)

    def has_delete_permission(self, request: MemberRequest, obj: Model | None = None) -> bool:
        """Refuse: the portal deletes nothing."""
        return False

    def has_module_permission(self, request: MemberRequest) -> bool:
        """Show the section to whoever may view its rows."""
        return self._has(request, "view", None)

    def changelist_view(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Refuse with an entry, or list."""
        require(request.actor, self._codename("view"), action="list.opened")
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: MemberRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Refuse with an entry, or show the form; a flow that did nothing says why on top of it."""
        verb = "view" if object_id else "add"
        require(request.actor, self._codename(verb), action="form.opened")
        try:
            return super().changeform_view(request, object_id, form_url, {**ONE_WAY, **(extra_context or {})})
        except self.flow_errors as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())

    def get_object(self, request: MemberRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row by its id, whatever field a pop-up of Django's own would have it looked for by."""
        return super().get_object(request, object_id)

    def delete_view(self, request: MemberRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Answer as if the page did not exist."""
        raise Http404

    def history_view(self, request: MemberRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Answer as if the page did not exist."""
        raise Http404

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Refuse: a subclass calls its flow here."""
        raise NotImplementedError(f"{type(self).__name__} saves nothing by itself. Call a flow in save_model.")

    def save_related(self, request: MemberRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave related rows to the flow."""

    def log_addition(self, request: MemberRequest, obj: Model, message: Any) -> None:
        """Leave the record to the access log."""

    def log_change(self, request: MemberRequest, obj: Model, message: Any) -> None:
        """Leave the record to the access log."""

    def log_deletions(self, request: MemberRequest, queryset: Any) -> None:
        """Leave the record to the access log."""

    def formfield_for_dbfield(self, db_field: Any, request: MemberRequest, **kwargs: Any) -> Any:
        """Leave out the pop-ups beside a choice: each kind of row has a page of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: MemberRequest, **kwargs: Any) -> Any:
        """Offer only rows this person may see."""
        kwargs.setdefault("queryset", _offered(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: MemberRequest, **kwargs: Any) -> Any:
        """Offer only rows this person may see."""
        kwargs.setdefault("queryset", _offered(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request: MemberRequest, opts: Any, object_id: str) -> HttpResponse:
        raise NotVisible(
            "This page does not exist, or not for you.",
            actor=request.actor,
            action="form.opened",
            code="not_visible",
            record=(self.model._meta.label, object_id) if _is_id(object_id) else None,
        )

    def _has(self, request: MemberRequest, verb: str, obj: Model | None) -> bool:
        return bool(request.user.has_perm(self._codename(verb), obj))

    def _codename(self, verb: str) -> str:
        return f"{self.opts.app_label}.{verb}_{self.opts.model_name}"


def _offered(db_field: Any, request: MemberRequest) -> QuerySet[Any]:
    manager = db_field.remote_field.model._default_manager
    rows: QuerySet[Any] = manager.visible_to(request.actor) if hasattr(manager, "visible_to") else manager.none()
    return rows


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
