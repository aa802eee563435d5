"""The page on which anybody checks a certificate: who was forgotten, or their lawyer, has no sign-in here.

It opens nothing of the house but the key that is published, and keeps and writes nothing; so it needs no actor. A file
is bounded, stays in memory, and each address has so many checks a minute.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.pages import render_page
from accounts.rationing import has_spent
from rtbf.verify_certificate import MOST_BYTES, NotGenuine, check, sentences
from trail.sequence import signer

TITLE: Final = "Check a certificate"
MOST_MB: Final = MOST_BYTES // 1024 // 1024
CHECKS, WITHIN_S = 20, 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_one(request: HttpRequest) -> HttpResponse:
    """Check an uploaded certificate with this installation's key, for whoever asks."""
    context: dict[str, Any] = {"key": signer().verifier.vkey(), "most_mb": MOST_MB}
    if request.method == "POST":
        if has_spent(request, "certificate-check", most=CHECKS, within_s=WITHIN_S):
            return render(request, "429.html", status=429)
        try:
            found = check(_uploaded(request), key=context["key"])
        except NotGenuine as problem:
            context["problem"] = str(problem)
        else:
            context |= {"checked": found, "sentences": sentences(found, key_given=True)}
    return _answer(request, context, status=422 if "problem" in context else 200)


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    """Show the page inside the portal to members, and by itself to everybody else."""
    if getattr(request.user, "selected", None) is None:
        bare = {**context, "title": TITLE, "layout": "account/narrow.html"}
        return render(request, "rtbf/certificate_check.html", bare, status=status)
    context["layout"] = "rtbf/base.html"
    return render_page(request, "rtbf/certificate_check.html", context, title=TITLE, status=status)


def _uploaded(request: HttpRequest) -> bytes:
    file = request.FILES.get("certificate")
    if file is None:
        raise NotGenuine(f"Choose a file of at most {MOST_MB} MB. Nothing was checked.")
    return bytes(file.read(MOST_BYTES + 1))
