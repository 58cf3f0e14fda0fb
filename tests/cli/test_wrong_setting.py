"""A wrong setting stops the start with its sentence on the screen and exit code 2."""

from __future__ import annotations

import subprocess
import sys

import pytest

from meruit.settings.environment import WrongSetting, choice


def test_a_wrong_setting_says_name_value_and_what_is_allowed_and_exits_2() -> None:
    told = "import meruit.settings.app"
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={"DATABASE_URL": "mysql:nonsense"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip().startswith("DATABASE_URL is ")
    assert "allowed is a PostgreSQL address" in done.stderr
    assert "Traceback" not in done.stderr


def test_whoever_catches_it_has_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongSetting) as stopped:
        choice("MERUIT_LOOK", ("light", "dark"), "light", {"MERUIT_LOOK": "pink"})
    assert stopped.value.code == 2
    assert str(stopped.value) == "MERUIT_LOOK is 'pink'; allowed is one of light, dark."
    assert str(stopped.value) in capsys.readouterr().err
