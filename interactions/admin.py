"""Where calls stand in the portal: menu, first pages, and the pages themselves."""

from accounts import menu
from accounts.roles import AGENT, SUPERVISOR
from customers.querysets import MERGE
from interactions import home
from interactions.querysets import SCAN, SEE, SEE_IMPORTS
from interactions.views import calls, customers, deleting, imports, scans, searches, sending

__all__ = ["calls", "customers", "deleting", "home", "imports", "scans", "searches", "sending"]

menu.entry("Interactions", url="portal:interactions", icon="call", right=SEE, order=10, roles=(SUPERVISOR,))
menu.entry("My recordings", url="portal:my-recordings", icon="headphones", right=SEE, order=10, roles=(AGENT,))
menu.entry("Customers", url="portal:customers", icon="group", right=MERGE, order=12)
menu.entry("Imports", url="portal:imports", icon="upload_file", right=SEE_IMPORTS, order=15)
menu.entry(
    "Deep scans", url="portal:scans", icon="manage_search", right=SCAN, section="Right to be forgotten", order=38
)
