"""The forms by which administrators add and change members."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import Membership, Supervisor, Team
from trail.actor import Actor


class _WithTeams(forms.ModelForm):
    """A member's form that offers the teams of the actor's account and no others."""

    actor: ClassVar[Actor | None] = None
    teams = forms.ModelMultipleChoiceField(
        queryset=Team.objects.none(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Supervises these teams",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: Any = self.fields["teams"]
        teams.queryset = Team.objects.visible_to(self.actor)


class NewMemberForm(_WithTeams):
    """Add a member."""

    email = forms.EmailField(widget=UnfoldAdminEmailInputWidget, label="E-mail address")
    name = forms.CharField(widget=UnfoldAdminTextInputWidget, required=False, max_length=100)
    extension = forms.CharField(
        widget=UnfoldAdminTextInputWidget,
        required=False,
        max_length=32,
        label="Extension",
        help_text="The person's extension in the phone system. An agent needs one.",
    )

    class Meta:
        model = Membership
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].help_text = "For a supervisor. None selected: the whole account."


class MemberForm(_WithTeams):
    """Change a member."""

    whole_account = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        label="Supervises the whole account",
        help_text="For a supervisor. Otherwise the teams below, and nobody else.",
    )

    class Meta:
        model = Membership
        fields = ("role", "agent", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supervisor = Supervisor.objects.filter(membership=self.instance).first()
        if supervisor is not None:
            self.initial["whole_account"] = supervisor.whole_account
            self.initial["teams"] = list(supervisor.teams.all())
