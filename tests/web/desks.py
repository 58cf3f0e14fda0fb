"""Somebody at a browser of his own, for the tests in Chromium."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meruit.settings.pages import SESSION_COOKIE
from tests.support import cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.pages import Served

PASSWORD = "seven quiet herons wade"
#: Widths at which nothing may scroll sideways: a small laptop, a telephone.
WIDTHS = (1280, 390)


class Desk:
    """Somebody at a browser of his own; what the page complains of is kept and must be nothing."""

    def __init__(self, chromium: Browser, house: Served, name: str) -> None:
        self.house = house
        self.name = name
        self.context = chromium.new_context(viewport={"width": 1360, "height": 900})
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        # A form that is refused answers with 400, which the console tells as well; that is no complaint of the page.
        self.page.on(
            "console",
            lambda m: self.complaints.append(m.text) if m.type == "error" and "status of 400" not in m.text else None,
        )
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", lambda r: self.foreign.append(r.url) if not self._ours(r.url) else None)

    def _ours(self, url: str) -> bool:
        return url.startswith((self.house.web, self.house.gate, "data:", "blob:"))

    def signed_in(self) -> Desk:
        """With the session that the cast has; how one signs in is a test of its own."""
        name = f"{SESSION_COOKIE}_{self.house.web.rpartition(':')[2]}"
        cookie = {"name": name, "value": cast.token(self.name), "url": self.house.web}
        self.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie of three keys
        return self

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.house.web}{path}")
        return self.page

    def shot(self, name: str) -> None:
        """A picture for whoever wants to look: only where MERUIT_PICTURES names a folder."""
        if folder := os.environ.get("MERUIT_PICTURES"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def authenticator(self) -> None:
        """Chromium's own virtual authenticator, one that verifies its person."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        options: dict[str, Any] = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def enrol_password(self) -> None:
        """Follow the enrolment link and choose a password."""
        self.page.goto(self.house.link(f"{self.name.lower()}@firm.example"))
        self.shot(f"gate-enrol-{self.name}")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("The same once more").fill(PASSWORD)
        self.page.get_by_role("button", name="Set the password").click()

    def enrol_passkey(self) -> None:
        """Enrol a passkey, then sign in with it."""
        self.enrol_password()
        self.shot("gate-factors")
        self.page.get_by_role("link", name="Add a passkey").click()
        self.shot("gate-add-passkey")
        self.page.get_by_role("button", name="Add it").click()
        self.page.wait_for_url(re.compile("recovery-codes|2fa/webauthn/$"))
        self.shot("gate-recovery-codes")
        self.page.goto(f"{self.house.gate}/gate/open/")
        self.shot("gate-login")
        self.page.get_by_role("button", name="Sign in with a passkey").click()
        self.page.wait_for_url(f"{self.house.web}/")

    def well(self) -> None:
        """Nothing went wrong behind the page, and nobody else was asked for anything."""
        assert self.complaints == []
        assert self.foreign == []

    def fits(self) -> None:
        """At no width does the page scroll sideways."""
        usual = self.page.viewport_size
        assert usual is not None
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            over = self.page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right"
                " > document.documentElement.clientWidth + 1 && !e.closest('.top nav') && e.offsetParent)"
                ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))"
            )
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{self.page.url} scrolls by {wide} at {width}: {over}"
            self.shot(f"{width}-{re.sub('[^a-z0-9]+', '-', self.page.url.split('/', 3)[3]) or 'home'}-{self.name}")
        self.page.set_viewport_size(usual)

    def tab_to(self, name: str, limit: int = 60) -> None:
        """Reach something by Tab alone, and see that one can tell where one is."""
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            told = self.page.evaluate(
                "(() => { const e = document.activeElement; const l = e.labels && e.labels[0];"
                " return [l ? l.textContent : '', e.getAttribute('aria-label') || '', e.textContent].join('|'); })()"
            )
            if name in told:
                ring = self.page.evaluate(
                    "(() => { const s = getComputedStyle(document.activeElement);"
                    " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
                )
                assert ring, f"{name} has no visible focus"
                return
        raise AssertionError(f"{name} is not reached by Tab.")
