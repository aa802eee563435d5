"""Where officers and administrators set what an account asks of its requests, and how its letters read."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.typed import number_in
from rtbf.cases.letter_texts import PLACEHOLDERS
from rtbf.cases.letters import change_template, fill, prove_template, template_of
from rtbf.cases.rules import CHANGE, NewRules, change_rules, rules_of
from rtbf.codes import LetterKind
from rtbf.errors import RequestError

NUMBERS = {
    "most_records": "Records in a plan above which a second person must approve",
    "most_requests": "Requests one person confirms before the next needs a second person",
    "within_hours": "… counted within so many hours",
    "remind_days": "Remind so many days before a request is due",
    "closing_days": "Wait so many days before the account is closed (7 to 365)",
}
EXAMPLE = {
    "name": "Ann Example", "account": "(this account)", "reference": "RTBF-2026-000001", "received_on": "2 June 2026",
    "due_on": "2 July 2026", "ground": "Excessive, in particular repeated (Art. 12(5))",
    "reason": "the request is complex", "finished_on": "12 June 2026",
}  # fmt: skip


@page("requests/rules/", name="request-rules", right=CHANGE, action="rules.changed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: MemberRequest) -> HttpResponseBase:
    """Show and change the rules."""
    account = membership_of(request).account
    now = rules_of(account)
    shown: dict[str, Any] = {name: getattr(now, name) for name in (*NUMBERS, "four_eyes", "identity_first", "holidays")}
    problem = ""
    if request.method == "POST":
        form = request.POST
        shown = {name: form.get(name, "") for name in (*NUMBERS, "four_eyes", "identity_first", "holidays")}
        typed = {name: number_in(form.get(name, ""), digits=7) for name in NUMBERS}
        # The flow refuses -1 with its limits.
        whole = {name: -1 if number is None else number for name, number in typed.items()}
        new = NewRules(
            four_eyes="four_eyes" in form, identity_first="identity_first" in form,
            holidays=form.get("holidays", "").replace("\r\n", "\n")[:20_000], **whole,
        )  # fmt: skip
        try:
            change_rules(actor=request.actor, account=account, new=new)
        except RequestError as error:
            problem = str(error)
        else:
            messages.success(request, "The rules were changed. Requests already confirmed go on as they were.")
            return redirect("portal:request-rules")
    context = {"shown": shown, "problem": problem, "kinds": LetterKind.choices,
               "numbers": [(name, title, shown[name]) for name, title in NUMBERS.items()]}  # fmt: skip
    status = 422 if problem else 200
    return render_page(request, "rtbf/rules.html", context, title="Rules for requests", status=status)


@page("requests/rules/letters/<slug:kind>/", name="letter-template", right=CHANGE, action="template.changed")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Show and change how a kind of letter reads, with a preview of made-up values."""
    if kind not in LetterKind.values:
        return redirect("portal:request-rules")
    account = membership_of(request).account
    subject, body = template_of(account, kind)
    problem = ""
    if request.method == "POST":
        subject, body = (
            request.POST.get("subject", "")[:1_000],
            request.POST.get("body", "").replace("\r\n", "\n")[:20_000],
        )
        try:
            if "preview" in request.POST:
                prove_template(subject, body)
            else:
                change_template(actor=request.actor, account=account, kind=kind, subject=subject, body=body)
                messages.success(request, "The letter was changed. Letters already written stay as they are.")
                return redirect("portal:letter-template", kind)
        except RequestError as error:
            problem = str(error)
    values = {**EXAMPLE, "account": account.name}
    context = {
        "kind": kind, "title_of_kind": LetterKind(kind).label, "subject": subject, "body": body, "problem": problem,
        "preview": {"subject": fill(subject, values), "body": fill(body, values)}, "placeholders": PLACEHOLDERS.items(),
    }  # fmt: skip
    title = f"Letter: {LetterKind(kind).label}"
    return render_page(request, "rtbf/template.html", context, title=title, status=422 if problem else 200)
