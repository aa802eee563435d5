"""Every address of the house.

Of allauth's pages only those below are hung up: nobody signs up, and nobody changes the address they are known by.
Whether the house works and whether a certificate is genuine may be asked by anybody. The portal comes last, since it
answers everything else.
"""

from allauth.account import views
from django.contrib.admin import site
from django.urls import URLPattern, URLResolver, path, re_path

from config.checking import check_one
from config.health import healthz
from config.portal import load_faces

load_faces()

sign_in = [
    path("account/login/", views.login, name="account_login"),
    path("account/logout/", views.logout, name="account_logout"),
    path("account/signup/", views.signup, name="account_signup"),
    path("account/inactive/", views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", views.password_change, name="account_change_password"),
    path("account/password/reset/", views.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

handler500 = "config.unreachable.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    *sign_in,
    path("healthz", healthz, name="healthz"),
    path("certificates/check/", check_one, name="certificate-check"),
    path("", site.urls),
]
