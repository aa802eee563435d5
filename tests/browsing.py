"""What every test in a browser does: sign in, go from page to page, and read a page as a screen reader would."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.conftest import PASSWORD


def follow(locator: Locator, key: str = "") -> None:
    """Click what leads to a page, or press a key on it, and wait until that page is there.

    A click alone returns before the answer has come: what is then read may be the page that is left, or none.
    """
    with locator.page.expect_navigation():
        if key:
            locator.press(key)
        else:
            locator.click()


def sign_in(page: Page, address: str, email: str, password: str = PASSWORD) -> None:
    """Sign in at the house that answers at an address."""
    page.goto(address)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    follow(page.get_by_role("button", name="Sign in"))


def heed(page: Page, wrong: list[str] | None = None) -> list[str]:
    """Return the list that fills with whatever goes wrong in the page: errors of scripts, violations of the policy."""
    wrong = [] if wrong is None else wrong
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


def violations(page: Page, *within: str) -> list[str]:
    """Return what in parts of the page (its content) makes no sense to a screen reader, each with the element."""
    found = Axe().run(page, context={"include": [*within] or ["#content"]})
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]


def width(page: Page) -> int:
    """Return how wide the page is, in CSS pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))
