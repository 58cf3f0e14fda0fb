"""What one may ask of the mechanism: the reviews still owed, and whether the database holds the line as it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from meruit.audit import queries as trail
from meruit.authority.models import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet


def owed_reviews() -> QuerySet[Decision]:
    """Decisions that somebody took alone and that nobody has reviewed yet, oldest first."""
    return (
        Decision.objects.exclude(compensating="")
        .filter(review=None)
        .select_related("kind", "decided_by")
        .order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that must hold, and what was found."""

    subject: str
    well: bool
    says: str


def examine() -> Iterator[Point]:
    """What `meruit doctor` asks of the mechanism and its trail, over the worker's login."""
    off = _names(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O' ORDER BY 1"
    )
    yield _point("triggers", off, "Every guard and history trigger is enabled.", "Triggers are switched off on {}.")
    bare = _names(
        "SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attname = 'decision_id' AND a.attnotnull"
        " AND c.relname !~ '^authority_(consumption|review|attestation|decision)$'"
        " AND EXISTS (SELECT 1 FROM aclexplode(c.relacl) x"
        "             WHERE x.privilege_type = 'INSERT' AND x.grantee <> c.relowner)"
        " AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = 'authority.guard'::regproc)"
        " ORDER BY 1"
    )
    yield _point("guards", bare, "Every effect has its guard.", "Effects without a guard: {}. Run `meruit init`.")
    others = _names(
        "SELECT DISTINCT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,"
        " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND a.grantee = 0 ORDER BY 1"
    )
    yield _point(
        "functions", others, "No function of ours is everybody's.", "Everybody may call {}. Run `meruit init`."
    )
    broken = [str(number) for number in trail.broken_links()]
    yield _point("chain", broken, "Every sealed record follows from the one before it.", "Broken at record {}.")
    changed = [str(number) for number in trail.differing()]
    yield _point(
        "trail",
        changed,
        f"Every sealed record says what its row says; {trail.unsealed_tail()} are not sealed yet.",
        "Rows of the sealed records {} were changed or removed since.",
    )


def _names(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [name for (name,) in cursor.fetchall()]


def _point(subject: str, found: list[str], well: str, ill: str) -> Point:
    return Point(subject, not found, ill.format(", ".join(found)) if found else well)
