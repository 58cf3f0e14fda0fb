"""Where gate and pages are found, and what the processes are told of it. No database."""

from __future__ import annotations

import subprocess
import sys

import pytest

from meruit.settings.environment import WrongSetting
from meruit.settings.pages import addresses
from meruit.web.words import DECISION, PREBILL, REDUCTION, SUBMISSION, of


def test_on_ones_own_machine_both_stand_on_ports_of_localhost() -> None:
    here = addresses({})
    assert (here.web, here.gate) == ("http://localhost:8400", "http://localhost:8401")
    assert (here.secure, here.public, here.cookie("meruit_session")) == (False, False, "meruit_session")


def test_two_installations_on_one_machine_keep_their_cookies_apart() -> None:
    other = addresses({"MERUIT_WEB_PORT": "9400", "MERUIT_GATE_PORT": "9401"})
    assert other.gate == "http://localhost:9401"
    assert other.cookie("meruit_session") == "meruit_session_9400"


def test_behind_a_public_address_everything_is_secure_and_nothing_is_near() -> None:
    there = addresses({"MERUIT_PUBLIC_URL": "https://billing.firm.example/"})
    assert (there.web, there.gate, there.host) == ("https://billing.firm.example",) * 2 + ("billing.firm.example",)
    assert (there.secure, there.public, there.cookie("meruit_session")) == (True, True, "meruit_session")


@pytest.mark.parametrize(
    "wrong", ["http://billing.firm.example", "https://billing.firm.example/app", "billing", "https://"]
)
def test_a_public_address_that_passkeys_could_not_trust_stops_the_start(wrong: str) -> None:
    with pytest.raises(WrongSetting, match="MERUIT_PUBLIC_URL"):
        addresses({"MERUIT_PUBLIC_URL": wrong})


def test_every_state_has_a_word_and_a_look() -> None:
    from meruit.disputes.core import Reduction
    from meruit.portals.core import State as Submission
    from meruit.prebills.core import State as PreBill

    assert set(PREBILL) == set(PreBill)
    assert set(SUBMISSION) == set(Submission)
    assert set(REDUCTION) == set(Reduction)
    looks = {word.look for table in (PREBILL, SUBMISSION, REDUCTION, DECISION) for word in table.values()}
    assert looks <= {"waits", "good", "bad", "calm", "stop"}
    assert of(SUBMISSION, "quite_new").word == "Quite new", "an unknown state is shown as it is named"


def test_every_kind_of_the_matrix_says_what_happens_and_has_a_room_that_does_it() -> None:
    from meruit.desk.effects import EFFECTS, LATER
    from meruit.schema.install import matrix
    from meruit.web.told import EFFECT

    kinds = {str(kind["slug"]) for kind in matrix()}
    assert set(EFFECT) == kinds
    assert set(EFFECTS) | set(LATER) | {"release-time"} == kinds, "release-time is a direct act and its own effect"


def test_starting_a_page_does_not_load_the_library_that_checks_signatures() -> None:
    told = "import django; django.setup(); import sys; sys.exit('webauthn' in sys.modules or 'fido2' in sys.modules)"
    environment = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DJANGO_SETTINGS_MODULE": "meruit.settings.app",
                   "MERUIT_SECRET_APP": "x" * 50, "PATH": ""}  # fmt: skip
    assert subprocess.run([sys.executable, "-c", told], env=environment, check=False).returncode == 0
