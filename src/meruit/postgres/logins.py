"""The logins of a Meruit database: who they are, not what they may touch.

Five logins (design, "How the database holds the line"): the owner migrates and is the only one that owns
anything; gate, app, worker and reader own nothing, are members of nothing and may create nothing. What each
may read and write is granted table by table after migration. The superuser exists to make the others and is
used by nothing that serves a page or runs a job.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Login:
    """One role that can log in, the variable its URL travels in, and where its password lies."""

    name: str  # the role in PostgreSQL
    variable: str  # the environment variable that carries its URL to the one process that uses it
    password_file: str  # below the folder of secrets
    settings: tuple[tuple[str, str], ...] = ()  # defaults of its sessions


OWNER = Login("meruit_owner", "MERUIT_OWNER_URL", "owner/meruit_owner")
GATE = Login("meruit_gate", "MERUIT_GATE_URL", "meruit_gate")
APP = Login("meruit_app", "DATABASE_URL", "meruit_app")
WORKER = Login("meruit_worker", "MERUIT_WORKER_URL", "meruit_worker")
READER = Login(
    "meruit_reader", "MERUIT_READER_URL", "meruit_reader", settings=(("default_transaction_read_only", "on"),)
)
LOGINS = (OWNER, GATE, APP, WORKER, READER)

#: Made by initdb; its password lies beside the owner's, in the folder no served process may enter.
SUPERUSER = Login("postgres", "", "owner/postgres")

#: The installation's database.
DATABASE = "meruit"
