"""`python -m meruit.schema`: install as the owner. Roles are named by the addresses of the environment."""

from __future__ import annotations

import os


def main() -> None:
    """Install with the roles named in MERUIT_ROLES (`app=...,worker=...`), or the embedded server's own."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meruit.settings.owner")
    django.setup()
    from meruit.schema.install import install

    given = dict(part.split("=", 1) for part in os.environ.get("MERUIT_ROLES", "").split(",") if part)
    install({login: given.get(login, f"meruit_{login}") for login in ("app", "worker", "gate", "reader")})


if __name__ == "__main__":
    main()
