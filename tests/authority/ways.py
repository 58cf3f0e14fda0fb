"""Ways around a decision, as a table: who tries, over which login, with which statements, and why it is refused.

The statements are sent one after the other over one connection, by default in one transaction; the last of them
is refused with the SQLSTATE named. `$name` is a number of the scene in `tests/support/authority.py`. The list in
`docs/authority.md` is made of this table (`python -m tests.authority.ways`).
"""

# ruff: noqa: E501 - a way is one line, however long its statements
# fmt: off
from __future__ import annotations

from dataclasses import dataclass

NO_RIGHT, NO_AUTHORITY = "42501", "42501"
NOT_SIGNED_IN, INVALID, CHANGED, NOT_FOUND, NEVER, NUMBER = "28000", "22023", "55000", "P0002", "23001", "22003"


@dataclass(frozen=True, slots=True)
class Way:
    """One attempt. `refused` is the SQLSTATE, `says` words of the sentence, `because` the mechanism that stands there."""

    name: str
    login: str
    tries: tuple[str, ...]
    refused: str
    because: str
    says: str = ""
    autocommit: bool = False


def act(name: str) -> str:
    return f"SELECT authority.act('token-{name}')"


def decide(proposal: str, verdict: str = "approved", rest: str = "") -> str:
    return f"SELECT authority.decide(${proposal}, '{verdict}'{rest})"


def effect(decision: str, entry: str, amount: str = "525.00", more: str = "") -> str:
    return (
        "INSERT INTO invoices_writeoff (loss, invoice_id, entry_id, amount, currency, hard_cost, reason, written_off_on, decision_id)"
        f" VALUES ('wip', NULL, $entry_{entry}, {amount}, 'USD', false, 'Uncollectable', '2026-01-01', ${decision}){more}"
    )


def content(entry: str, amount: str, more: str = "") -> str:
    return (
        f'\'{{"loss": "wip", "invoice_id": null, "entry_id": $entry_{entry}, "amount": {amount}, "currency": "USD",'
        f' "hard_cost": false, "reason": "Uncollectable"{more}}}\'::jsonb'
    )


def propose(entry: str, amount: str, more: str = "") -> str:
    return f"SELECT authority.propose('write-off', {content(entry, amount, more)}, 'timesheets_entry', $entry_{entry}, 'Uncollectable')"


GUARD, GRANTS, ACT, HEART = (
    "the guard of the effect's table",
    "the table of grants",
    "the transaction is sealed to a session's token",
    "the one function that makes decisions",
)
AMOUNT, OTHER = content("open", '"525.00"'), content("other", '"525.00"')
TWICE, BIG = content("twice", '"1435.00"'), content("big", '"1400.00"')
SYSTEM = "SELECT authority.act_as_system('x')"

WHO = (
    Way("nobody acts", "app", (decide("open"),), NOT_SIGNED_IN, ACT, "Nobody acts"),
    Way("a setting names the actor", "app", ("SET LOCAL meruit.actor = '$person_ada'", "SET LOCAL authority.actor = '$person_ada'", decide("open")), NOT_SIGNED_IN, ACT),
    Way("the connection's name names the actor", "app", ("SET LOCAL application_name = 'ada'", decide("open")), NOT_SIGNED_IN, ACT),
    Way("a guessed token", "app", (act("adam"),), NOT_SIGNED_IN, ACT, "sign in again"),
    Way("the hash of a token instead of the token", "app", ("SELECT authority.act(encode(sha256('token-ada'), 'hex'))",), NOT_SIGNED_IN, ACT),
    Way("no token at all", "app", ("SELECT authority.act(NULL)",), NOT_SIGNED_IN, ACT),
    Way("two people in one transaction", "app", (act("cleo"), act("ada")), NOT_SIGNED_IN, ACT, "somebody else"),
    Way("a person, then the system", "worker", (SYSTEM, act("ada")), NO_RIGHT, GRANTS),
    Way("acting, then deciding in the next transaction", "app", (act("ada"), decide("open")), NOT_SIGNED_IN, ACT, autocommit=True),
    Way("acting in a savepoint that is undone", "app", ("SAVEPOINT s", act("ada"), "ROLLBACK TO SAVEPOINT s", decide("open")), NOT_SIGNED_IN, ACT),
    Way("writing who acts", "app", ("INSERT INTO authority.acts (xid, run, person_id, origin, at) VALUES (pg_current_xact_id(), now(), $person_ada, 'web', now())",), NO_RIGHT, GRANTS),
    Way("reading who acts", "app", ("SELECT * FROM authority.acting",), NO_RIGHT, GRANTS),
    Way("a way in that only the system has", "app", ("SELECT authority.act('token-cleo', 'night')",), INVALID, ACT),
    Way("the session of somebody who has left", "app", (act("gone"),), NOT_SIGNED_IN, ACT),
    Way("acting under a snapshot of before", "app", ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", act("ada")), NO_AUTHORITY, "acting asks for read committed", "sees what is"),
    Way("acting in a serializable transaction", "app", ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", act("ada")), NO_AUTHORITY, "acting asks for read committed"),
    Way("the app as the system", "app", (SYSTEM,), NO_RIGHT, GRANTS),
    Way("the worker as a person", "worker", (act("ada"),), NO_RIGHT, GRANTS),
    Way("the worker decides", "worker", (SYSTEM, decide("open")), NO_RIGHT, GRANTS),
    Way("the worker acts directly", "worker", (SYSTEM, f"SELECT authority.act_directly('write-off', {AMOUNT}, 'x', 1, 'x')"), NO_RIGHT, GRANTS),
    Way("the gate acts", "gate", (act("ada"),), NO_RIGHT, GRANTS),
    Way("the reader acts", "reader", (act("ada"),), NO_RIGHT, GRANTS),
    Way("the reader writes", "reader", ("SET default_transaction_read_only = off", "INSERT INTO authority_review VALUES (1)"), NO_RIGHT, GRANTS, autocommit=True),
)

TOKENS = (
    Way("reading the hashes of tokens", "app", ("SELECT token_sha256 FROM people_session",), NO_RIGHT, "columns in the table of grants"),
    Way("reading them through the whole row", "app", ("SELECT s FROM people_session s",), NO_RIGHT, "columns in the table of grants"),
    Way("reading them as JSON", "app", ("SELECT to_jsonb(s) FROM people_session s",), NO_RIGHT, "columns in the table of grants"),
    Way("copying them out", "app", ("COPY people_session TO STDOUT",), NO_RIGHT, "columns in the table of grants"),
    Way("comparing them one by one", "app", ("SELECT 1 FROM people_session WHERE token_sha256 > '\\x80'",), NO_RIGHT, "columns in the table of grants"),
    Way("the statistics of them", "app", ("SELECT stavalues1 FROM pg_statistic",), NO_RIGHT, "PostgreSQL"),
    Way("asking the function behind them", "app", ("SELECT people.live_session('token-ada')",), NO_RIGHT, "EXECUTE for nobody"),
    Way("opening a session", "app", ("SELECT people.open_session($person_ada, sha256('x'), 'passkey', '', '', '', '1 hour')",), NO_RIGHT, GRANTS),
    Way("writing a session", "app", ("INSERT INTO people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at) VALUES ($person_ada, sha256('x'), 'passkey', '', '', '', now(), 'infinity')",), NO_RIGHT, GRANTS),
    Way("reading passwords", "app", ("SELECT * FROM people_login",), NO_RIGHT, GRANTS),
    Way("reading second factors", "worker", ("SELECT * FROM mfa_authenticator",), NO_RIGHT, GRANTS),
    Way("enrolling a second factor", "app", ("INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (1, 'totp', '{}', now())",), NO_RIGHT, GRANTS),
    Way("a demonstration link", "app", ("SELECT gate.make_link($person_ada, 'demo', sha256('x'), '1 hour')",), NO_RIGHT, GRANTS),
)

ROLES = (
    Way("SET ROLE", "app", ("SET ROLE meruit_owner",), NO_RIGHT, "no login is a member of another"),
    Way("SET ROLE by a function", "app", ("SELECT set_config('role', 'meruit_owner', true)",), NO_RIGHT, "no login is a member of another"),
    Way("SET SESSION AUTHORIZATION", "app", ("SET SESSION AUTHORIZATION meruit_gate",), NO_RIGHT, "no login is a superuser"),
    Way("granting oneself a role", "app", ("GRANT meruit_owner TO meruit_app",), NO_RIGHT, "no login administers roles"),
    Way("making a role", "worker", ("CREATE ROLE eve SUPERUSER",), NO_RIGHT, "no login administers roles"),
    Way("row triggers off by a setting", "app", ("SET session_replication_role = replica",), NO_RIGHT, "PostgreSQL keeps it for superusers"),
    Way("other settings that might weaken", "app", ("SET LOCAL row_security = off", "SET LOCAL check_function_bodies = off", "SET LOCAL search_path = public, authority", act("cleo"), decide("open")), NO_AUTHORITY, HEART, "no authority"),
    Way("a longer arm for the planner", "app", ("SET LOCAL enable_indexscan = off", "SET LOCAL plan_cache_mode = force_generic_plan", act("cleo"), decide("open")), NO_AUTHORITY, HEART),
    Way("disabling a guard", "app", ("ALTER TABLE invoices_writeoff DISABLE TRIGGER a_guard",), NO_RIGHT, "nobody but the owner owns"),
    Way("dropping a guard", "app", ("DROP TRIGGER a_guard ON invoices_writeoff",), NO_RIGHT, "nobody but the owner owns"),
    Way("dropping a table of history", "worker", ("DROP TABLE audit_record",), NO_RIGHT, "nobody but the owner owns"),
    Way("replacing a function", "app", ("CREATE OR REPLACE FUNCTION authority.is_human(person bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",), NO_RIGHT, "no CREATE on any schema"),
    Way("a rule instead of a trigger", "app", ("CREATE RULE r AS ON INSERT TO invoices_writeoff DO INSTEAD NOTHING",), NO_RIGHT, "nobody but the owner owns"),
    Way("a trigger of one's own", "app", ("CREATE TRIGGER t BEFORE INSERT ON invoices_writeoff FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",), NO_RIGHT, "no TRIGGER right"),
    Way("an event trigger", "app", ("CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION authority.guard()",), NO_RIGHT, "PostgreSQL keeps it for superusers"),
    Way("a temporary table that shadows", "app", ("CREATE TEMP TABLE authority_grant (id bigint)",), NO_RIGHT, "no TEMP on the database"),
    Way("a temporary function that shadows", "app", ("CREATE FUNCTION pg_temp.digest(x jsonb) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'",), NO_RIGHT, "no TEMP on the database"),
    Way("a schema of one's own", "app", ("CREATE SCHEMA mine",), NO_RIGHT, "no CREATE on the database"),
    Way("a schema named like the login", "app", ("CREATE SCHEMA meruit_app AUTHORIZATION meruit_app",), NO_RIGHT, "no CREATE on the database"),
    Way("an operator on the search path", "app", ("CREATE OPERATOR public.<= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = timestamptz_ge)",), NO_RIGHT, "no CREATE on any schema"),
    Way("a cast between types", "app", ("CREATE CAST (bigint AS text) WITH INOUT AS IMPLICIT",), NO_RIGHT, "nobody but the owner owns"),
    Way("a type that shadows", "app", ("CREATE TYPE public.numeric AS (x integer)",), NO_RIGHT, "no CREATE on any schema"),
    Way("a way to another server", "app", ("CREATE FOREIGN DATA WRAPPER mine",), NO_RIGHT, "PostgreSQL keeps it for superusers"),
    Way("a program of the server", "app", ("COPY authority_kind TO PROGRAM 'cat'",), NO_RIGHT, "no login may run programs"),
    Way("a file of the server", "app", ("SELECT pg_read_file('postgresql.conf')",), NO_RIGHT, "no login may read files"),
    Way("a large object of one's own", "app", ("SELECT lo_create(0)",), NO_RIGHT, "nobody but the owner owns"),
    Way("a prepared transaction", "app", (act("ada"), "PREPARE TRANSACTION 'later'"), "55000", "prepared transactions are off"),
    Way("ending the server's other connections", "app", ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' UNION ALL SELECT pg_reload_conf()",), NO_RIGHT, "no login signals others"),
)

WRITES = (
    Way("writing a decision", "app", ("INSERT INTO authority_decision (proposal_id, kind_id, verdict) VALUES ($open, 'write-off', 'approved')",), NO_RIGHT, GRANTS),
    Way("copying decisions in", "worker", ("COPY authority_decision FROM STDIN",), NO_RIGHT, GRANTS),
    Way("changing a decision", "app", ("UPDATE authority_decision SET verdict = 'approved' WHERE id = $refused_decision",), NO_RIGHT, GRANTS),
    Way("changing a proposal after approval", "app", ("UPDATE authority_proposal SET amount = 1 WHERE id = $decided",), NO_RIGHT, GRANTS),
    Way("writing a proposal past the function", "app", ("INSERT INTO authority_proposal (kind_id) VALUES ('write-off')",), NO_RIGHT, GRANTS),
    Way("giving a used decision back", "app", ("DELETE FROM authority_consumption WHERE decision_id = $used_decision",), NO_RIGHT, GRANTS),
    Way("writing a passkey's signature", "app", ("INSERT INTO authority_attestation (person_id) VALUES ($person_eve)",), NO_RIGHT, GRANTS),
    Way("handing a signature in", "app", ("SELECT authority.attest('token-eve', $grant, 'approved', '\\x$grant_sha256', sha256('n'), 'x', '\\x', '\\x', '\\x', '\\x', '\\x')",), NO_RIGHT, GRANTS),
    Way("changing the matrix", "app", ("UPDATE authority_kind SET four_eyes = 'never'",), NO_RIGHT, GRANTS),
    Way("a rule more", "worker", ("INSERT INTO authority_rule (kind_id, role, reach, limited) VALUES ('write-off', 'specialist', 'granted', false)",), NO_RIGHT, GRANTS),
    Way("declaring a one-person firm", "app", ("INSERT INTO authority_mode (mode, declared_at, declared_by) VALUES ('one-person', now(), '')",), NO_RIGHT, GRANTS),
    Way("naming a stand-in by hand", "app", ("INSERT INTO authority_standin (decider_id, stand_in_id, from_at, until_at, named_at) VALUES ($person_ada, $person_cleo, now(), 'infinity', now())",), NO_RIGHT, GRANTS),
    Way("a standing decision by hand", "worker", ("UPDATE authority_standing SET cap_month = 1e9",), NO_RIGHT, GRANTS),
    Way("emptying a table", "app", ("TRUNCATE authority_revocation",), NO_RIGHT, GRANTS),
    Way("the owner empties the trail", "owner", ("TRUNCATE audit_record CASCADE",), NEVER, "a trigger before TRUNCATE", "never emptied"),
    Way("the owner deletes from the trail", "owner", ("DELETE FROM audit_record",), NEVER, "a trigger before each row", "never changed"),
    Way("the owner changes a decision", "owner", ("UPDATE authority_decision SET amount = 0",), NEVER, "a trigger before each row"),
    Way("writing the trail", "app", ("INSERT INTO audit_record (event) VALUES ('decision.approved')",), NO_RIGHT, GRANTS),
    Way("recording past the note", "app", ("SELECT audit.record('decision.approved', 'x')",), NO_RIGHT, "EXECUTE for nobody"),
    Way("noting a decision that was never made", "app", (act("cleo"), "SELECT audit.note('decision.approved', 'authority_decision', '1')"), INVALID, "the mechanism's words are reserved"),
    Way("noting a passkey that was never enrolled", "app", (act("cleo"), "SELECT audit.note('authenticator.enrolled', 'people_person', '6', NULL, '{}')"), INVALID, "the mechanism's words are reserved"),
    Way("noting what stops the sealer", "app", (act("cleo"), "SELECT audit.note('letter.sent', 'Two Words')"), INVALID, "the trail's rules are checked when it is written"),
    Way("sealing", "app", ("SELECT audit.seal('{1}', '{x}', '{x}', 'x', '{}', '{}', '{}', '{}')",), NO_RIGHT, GRANTS),
    Way("a receipt by hand", "worker", ("INSERT INTO audit_receipt (count) VALUES (1)",), NO_RIGHT, GRANTS),
    Way("erasing words", "worker", ("SELECT audit.erase_texts(1, '')",), NO_RIGHT, "EXECUTE for nobody"),
    Way("posting to the ledger", "app", ("INSERT INTO ledger_entry (natural_key) VALUES ('x')",), NO_RIGHT, GRANTS),
    Way("posting by the function", "worker", ("SELECT ledger.post('x', 'x', '2026-01-01', 'x', 1, '[]')",), NO_RIGHT, "EXECUTE for nobody"),
    Way("changing who is responsible", "app", (act("cleo"), "UPDATE matters_matter SET responsible_id = $person_cleo"), NO_RIGHT, "columns in the table of grants"),
    Way("taking a wall down", "app", ("DELETE FROM matters_wall",), NO_RIGHT, GRANTS),
    Way("writing a billed value", "app", ("UPDATE prebills_line SET billed_value = 1",), NO_RIGHT, GRANTS),
    Way("turning a sequence back", "app", ("SELECT setval('authority_decision_id_seq', 1)",), NO_RIGHT, GRANTS),
    Way("locking a table against everybody", "app", ("LOCK TABLE authority_decision IN ACCESS EXCLUSIVE MODE",), NO_RIGHT, "no right that allows the lock"),
    Way("moving the clock", "app", ("SELECT authority.set_clock('2090-01-01')",), NO_RIGHT, GRANTS),
    Way("making a decision by the inner function", "app", (act("cleo"), "SELECT authority.make_decision($open, 'approved', '', NULL, $person_ada, NULL, 1, NULL, NULL, false)"), NO_RIGHT, "EXECUTE for nobody"),
    Way("asking what a content is about", "app", ("SELECT authority.describe('write-off', '{}')",), NO_RIGHT, "EXECUTE for nobody"),
    Way("calling a guard by hand", "app", ("SELECT authority.guard()",), NO_RIGHT, "EXECUTE for nobody"),
)

DECIDING = (
    Way("a preparer decides", "app", (act("cleo"), decide("open")), NO_AUTHORITY, HEART, "no authority"),
    Way("a preparer acts directly", "app", (act("cleo"), f"SELECT authority.act_directly('write-off', {AMOUNT}, 'x', 1, 'x')"), NO_AUTHORITY, HEART),
    Way("a preparer decides a batch", "app", (act("cleo"), "SELECT authority.decide_batch(ARRAY[$open], authority.batch_digest(ARRAY[$open]), 'approved')"), INVALID, "the kind is decided one by one"),
    Way("a batch other than the one shown", "app", (act("ada"), "SELECT authority.decide_batch(ARRAY[$open], sha256('other'), 'approved')"), CHANGED, "the batch is bound by its digest"),
    Way("deciding twice", "app", (act("ada"), decide("decided")), CHANGED, HEART, "already decided"),
    Way("approving what was refused", "app", (act("ada"), decide("refused")), CHANGED, HEART),
    Way("approving what was withdrawn", "app", (act("ada"), decide("withdrawn")), CHANGED, HEART, "withdrawn"),
    Way("a verdict of one's own", "app", (act("ada"), decide("open", "granted")), INVALID, HEART),
    Way("no verdict", "app", (act("ada"), "SELECT authority.decide($open, NULL)"), INVALID, HEART),
    Way("alone above the threshold", "app", (act("ada"), decide("big")), NO_AUTHORITY, HEART, "two people"),
    Way("alone above the threshold, in two parts", "app", (act("ada"), decide("split")), NO_AUTHORITY, "what one prepared oneself adds up", "two people"),
    Way("alone above the threshold, directly", "app", (act("ada"), f"SELECT authority.act_directly('write-off', {TWICE}, 'x', 1, 'x')"), NO_AUTHORITY, HEART, "two people"),
    Way("by amending what another prepared", "app", (act("ada"), decide("amend", "amended", f", '', {BIG}")), NO_AUTHORITY, "whoever amends has prepared", "two people"),
    Way("amended to another client's matter", "app", (act("ada"), decide("open", "amended", f", '', {OTHER}")), INVALID, "an amendment stays with client and matter", "stays with"),
    Way("by a grant that has ended", "app", (act("past"), decide("open")), NO_AUTHORITY, "grants are dated"),
    Way("by a grant that has not begun", "app", (act("future"), decide("open")), NO_AUTHORITY, "grants are dated"),
    Way("by a grant that was revoked", "app", (act("revoked"), decide("open")), NO_AUTHORITY, "revocation counts at once"),
    Way("by a grant for another client", "app", (act("elsewhere"), decide("open")), NO_AUTHORITY, "grants have a scope"),
    Way("above the grant's limit", "app", (act("poor"), decide("open")), NO_AUTHORITY, "grants have a limit"),
    Way("behind an ethical wall", "app", (act("walled"), decide("open")), NO_AUTHORITY, "walls"),
    Way("behind a wall, in a zone where it is another day", "app", ("SET LOCAL timezone = 'XXX+167'", act("walled"), decide("open")), NO_AUTHORITY, "days are the firm's, by a zone that the owner alone writes"),
    Way("without the client's consent", "app", (act("undisclosed"), decide("open")), NO_AUTHORITY, "conditions of the grant"),
    Way("without an undertaking", "app", (act("unsworn"), decide("open")), NO_AUTHORITY, "conditions of the grant"),
    Way("in another role", "app", (act("jon"), decide("open")), NO_AUTHORITY, "the matrix"),
    Way("for somebody who named no stand-in", "app", (act("cleo"), decide("open", rest=", '', NULL, $person_ada")), NO_AUTHORITY, "stand-ins", "stand in"),
    Way("for somebody who stands in for another", "app", (act("ines"), decide("open", rest=", '', NULL, $person_ada")), NO_AUTHORITY, "a stand-in is named, never inherited", "stand in"),
    Way("as the stand-in who prepared it", "app", (act("gita"), decide("gita", rest=", '', NULL, $person_ada")), NO_AUTHORITY, "a stand-in never decides what he prepared", "stand-in never"),
    Way("as the stand-in of who prepared it", "app", (act("gita"), decide("big", rest=", '', NULL, $person_ada")), NO_AUTHORITY, "a stand-in never decides what he prepared"),
    Way("naming oneself as stand-in", "app", (act("ada"), "SELECT authority.name_stand_in($person_second, NULL, now(), now() + interval '1 day')"), INVALID, "one human being, however many accounts"),
    Way("by a standing decision that has ended", "app", (act("cleo"), "SELECT authority.decide_by_standing($spare, $standing_ended)"), NO_AUTHORITY, "standing decisions end"),
    Way("by a standing decision for another reason", "app", (act("cleo"), "SELECT authority.decide_by_standing($spare, $standing_debt)"), NO_AUTHORITY, "standing decisions name payer and reason"),
    Way("beyond its cap for one item", "app", (act("cleo"), "SELECT authority.decide_by_standing($big, $standing)"), NO_AUTHORITY, "caps"),
    Way("beyond its cap for the month", "worker", (SYSTEM, "SELECT authority.decide_by_standing($spare, $standing)"), NO_AUTHORITY, "caps", "left this month"),
    Way("a standing decision by a preparer", "app", (act("cleo"), "SELECT authority.give_standing('write-off', NULL, '', 1, 1, 'USD', now() + interval '1 day')"), NO_AUTHORITY, "a standing decision needs the authority itself"),
    Way("a standing decision for grants", "app", (act("eve"), "SELECT authority.give_standing('grant', NULL, '', 1, 1, 'USD', now() + interval '1 day')"), INVALID, "never for signed kinds"),
    Way("a standing decision without end", "app", (act("ada"), "SELECT authority.give_standing('write-off', NULL, '', 1, 1, 'USD', 'infinity')"), INVALID, "standing decisions end"),
    Way("a standing decision up to NaN", "app", (act("ada"), "SELECT authority.give_standing('write-off', NULL, '', 'NaN', 'NaN', 'USD', now() + interval '1 day')"), INVALID, "amounts are numbers"),
    Way("ending another's standing decision", "app", (act("gita"), "SELECT authority.end_standing($standing)"), NO_AUTHORITY, "only its giver"),
    Way("without a passkey", "app", (act("hugo"), decide("grant")), NO_AUTHORITY, "signed kinds", "passkey"),
    Way("with a signature that is used up", "app", (act("hugo"), decide("grant")), NO_AUTHORITY, "a signature serves one decision", "passkey"),
    Way("alone, on a grant one put forward", "app", (act("eve"), decide("grant")), NO_AUTHORITY, "two people", "two people"),
    Way("about one's own access", "app", (act("eve"), decide("grant_eve")), NO_AUTHORITY, "nobody decides about his own access", "own access"),
    Way("taking back what others put forward about access", "app", (act("cleo"), "SELECT authority.withdraw($grant, '')"), NO_AUTHORITY, "only who prepared or could decide"),
    Way("taking back behind a wall", "app", (act("dan"), "SELECT authority.withdraw($open, '')"), NOT_FOUND, "walls answer like what is not there"),
    Way("proposing behind a wall", "app", (act("dan"), propose("twice", '"1435.00"')), NOT_FOUND, "walls answer like what is not there"),
    Way("an auditor prepares", "app", (act("jon"), propose("twice", '"1435.00"')), NOT_FOUND, "to look is not to prepare"),
    Way("reviewing oneself", "app", (act("ada"), "SELECT authority.review($first_decision, 'Fine')"), NOT_FOUND, "a review is owed or not"),
)

CONTENT = (
    Way("NaN as amount", "app", (act("cleo"), propose("twice", '"NaN"')), INVALID, "amounts are numbers"),
    Way("infinity as amount", "app", (act("cleo"), propose("twice", '"Infinity"')), INVALID, "amounts are numbers"),
    Way("nothing as amount", "app", (act("cleo"), propose("twice", "null")), INVALID, "amounts are numbers"),
    Way("a negative amount", "app", (act("cleo"), propose("twice", '"-1435.00"')), INVALID, "amounts are numbers"),
    Way("an amount in other digits", "app", (act("cleo"), propose("twice", '"\\u0661\\u0664\\u0663\\u0665"')), "22P02", "amounts are numbers"),
    Way("less than it is worth, to stay below the threshold", "app", (act("ada"), propose("twice", '"10.00"')), INVALID, "amounts are read from the live rows"),
    Way("a key twice", "app", (act("cleo"), propose("twice", '"1435.00"', ', "amount": "10.00"')), INVALID, "JSON is read once, by jsonb"),
    Way("a content that is no object", "app", (act("cleo"), "SELECT authority.propose('write-off', '[]', 'x', 1, '')"), INVALID, "a content is an object"),
    Way("no content", "app", (act("cleo"), "SELECT authority.propose('write-off', NULL, 'x', 1, '')"), INVALID, "a content is an object"),
    Way("a kind that is none", "app", (act("cleo"), "SELECT authority.propose('bribe', '{}', 'x', 1, '')"), INVALID, "the matrix"),
    Way("a key that stands for something else", "app", (act("cleo"), propose("twice", '"1435.00"').replace("'Uncollectable')", "'x', '{}', NULL, NULL, 'k')"), propose("big", '"1400.00"').replace("'Uncollectable')", "'x', '{}', NULL, NULL, 'k')")), CHANGED, "a key remembers its content"),
)

EFFECTS = (
    Way("an effect without a decision", "app", (act("cleo"), effect("decided_decision", "decided").replace("$decided_decision", "NULL")), "23502", "an effect names its decision"),
    Way("an effect of a decision that is none", "app", (act("cleo"), effect("decided_decision", "decided").replace("$decided_decision", "0")), NO_AUTHORITY, GUARD),
    Way("an effect while nobody acts", "app", (effect("decided_decision", "decided"),), NOT_SIGNED_IN, GUARD),
    Way("an effect of a refusal", "app", (act("cleo"), effect("refused_decision", "refused")), NO_AUTHORITY, GUARD, "does not approve"),
    Way("a second effect of one decision", "app", (act("cleo"), effect("used_decision", "spare")), "23505", "a decision has one effect"),
    Way("a second effect, in another table", "app", (act("cleo"), "INSERT INTO prebills_writedown (line_id, amount, reason, reason_code, decision_id) VALUES (1, 1, 'x', 'x', $used_decision)"), "42501", GUARD),
    Way("two effects in one statement", "app", (act("cleo"), effect("decided_decision", "decided", more=", ('wip', NULL, $entry_open, 525.00, 'USD', false, 'Uncollectable', '2026-01-01', $decided_decision)")), "23505", "a decision has one effect"),
    Way("another entry than decided", "app", (act("cleo"), effect("decided_decision", "open")), NO_AUTHORITY, GUARD, "entry_id"),
    Way("another amount than decided", "app", (act("cleo"), effect("decided_decision", "decided", "525.01")), NO_AUTHORITY, GUARD, "amount"),
    Way("NaN instead of the amount", "app", (act("cleo"), effect("decided_decision", "decided", "'NaN'")), NO_AUTHORITY, GUARD),
    Way("after what it speaks of has changed", "app", (act("cleo"), effect("stale_decision", "stale")), NO_AUTHORITY, GUARD),
    Way("after the decision has expired", "app", (act("cleo"), effect("lapsed_decision", "lapsed")), NO_AUTHORITY, GUARD, "was good until"),
    Way("before its delay is over", "app", (act("hugo"), "INSERT INTO authority_grant (person_id, role, from_at, needs_nda, needs_consent, limit_amount, limit_currency, decision_id) VALUES ($person_cleo, 'billing partner', '2020-01-01', false, false, 200, 'USD', $delayed_decision)"), NO_AUTHORITY, GUARD, "takes effect from"),
    Way("a grant without a decision", "app", (act("eve"), "INSERT INTO authority_grant (person_id, role, from_at, needs_nda, needs_consent, limit_currency) VALUES ($person_eve, 'billing partner', '2020-01-01', false, false, '*')"), NO_AUTHORITY, "only the owner enrols roots"),
    Way("a grant by the decision of another kind", "app", (act("eve"), "INSERT INTO authority_grant (person_id, role, from_at, needs_nda, needs_consent, limit_currency, decision_id) VALUES ($person_eve, 'billing partner', '2020-01-01', false, false, '*', $decided_decision)"), NO_AUTHORITY, GUARD),
    Way("a person without a decision", "app", (act("eve"), "INSERT INTO people_person (name, email, kind, zone, country, active_from) VALUES ('X', 'x@x.example', 'human', 'UTC', 'US', now())"), NO_AUTHORITY, "only the owner enrols roots"),
    Way("a limit without a decision", "app", (act("ada"), "INSERT INTO authority_limit (grant_id, currency, amount, from_at, decision_id) VALUES (1, 'USD', 1e9, now(), $decided_decision)"), NO_AUTHORITY, GUARD),
    Way("a data-modifying WITH", "app", (act("cleo"), f"WITH x AS ({effect('refused_decision', 'refused')} RETURNING id) SELECT * FROM x"), NO_AUTHORITY, GUARD),
    Way("MERGE", "app", (act("cleo"), "MERGE INTO invoices_writeoff w USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (loss, entry_id, amount, currency, hard_cost, reason, written_off_on, decision_id) VALUES ('wip', $entry_refused, 525.00, 'USD', false, 'Uncollectable', '2026-01-01', $refused_decision)"), NO_AUTHORITY, GUARD),
    Way("ON CONFLICT DO UPDATE", "app", (act("cleo"), effect("used_decision", "used", more=" ON CONFLICT (decision_id) DO UPDATE SET amount = 1")), NO_RIGHT, GRANTS),
    Way("changing the effect afterwards", "app", (act("cleo"), "UPDATE invoices_writeoff SET amount = 1"), NO_RIGHT, GRANTS),
    Way("deleting the effect, to do it again", "app", (act("cleo"), "DELETE FROM invoices_writeoff"), NO_RIGHT, GRANTS),
    Way("putting the checks off", "app", (act("cleo"), "SET CONSTRAINTS ALL DEFERRED", effect("refused_decision", "refused")), NO_AUTHORITY, "guards are no constraints that could wait"),
    Way("inside an anonymous block", "app", (act("cleo"), f"DO $$$$ BEGIN {effect('refused_decision', 'refused')}; END $$$$"), NO_AUTHORITY, GUARD),
    Way("by COPY", "app", (act("cleo"), "COPY authority_consumption FROM STDIN"), NO_RIGHT, GRANTS),
)

#: What may be done, so that the refusals above are refusals of what they name and not of everything.
MAY = (
    ("the responsible partner decides", "app", (act("ada"), decide("open"))),
    ("her stand-in decides for her", "app", (act("gita"), decide("open", rest=", '', NULL, $person_ada"))),
    ("another partner of the firm decides", "app", (act("gita"), decide("open"))),
    ("she decides above the threshold what another prepared", "app", (act("gita"), decide("big"))),
    ("a preparer carries out", "app", (act("cleo"), effect("decided_decision", "decided"))),
    ("a preparer proposes", "app", (act("cleo"), propose("twice", '"1435.00"'))),
    ("the system carries out", "worker", (SYSTEM, effect("decided_decision", "decided"))),
    ("a colleague takes back", "app", (act("kim"), "SELECT authority.withdraw($open, 'Mistaken')")),
    ("an administrator stops what has not taken effect", "app", (act("eve"), "SELECT authority.withdraw($delayed, 'Wait')")),
    ("an action notes what it did", "app", (act("cleo"), "SELECT audit.note('letter.sent', 'letter', '1')")),
)

WAYS = (*WHO, *TOKENS, *ROLES, *WRITES, *DECIDING, *CONTENT, *EFFECTS)


def listed() -> str:
    """The table as docs/authority.md shows it."""
    rows = [f"| {way.name} | {way.login} | {way.because} |" for way in WAYS]
    return "\n".join(["| tried | over | refused by |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(listed())
