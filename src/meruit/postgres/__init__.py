"""The installation's own PostgreSQL: started, watched and stopped by Meruit, from binaries that came with it.

One engine serves the trial and the firm of thousands, so a firm that brings no server gets this one. It
listens on a socket in a private folder and on no network, knows five logins and no more (`logins`), and
lives exactly as long as the one process that owns it (`Cluster`). A firm's own server is named by URLs in
the environment instead (`own_server`). Nothing here knows Django.
"""

from meruit.postgres.cluster import Cluster
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import APP, GATE, LOGINS, OWNER, READER, WORKER, Login

__all__ = ["APP", "GATE", "LOGINS", "OWNER", "READER", "WORKER", "Cluster", "Login", "PostgresRefused"]
