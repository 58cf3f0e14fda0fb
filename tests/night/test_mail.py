"""The digest by mail: taken, refused or unknown, written down before it is tried, and to nobody twice."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.conf import settings

from meruit.audit import tasks
from meruit.audit.models import Receipt, Record
from meruit.desk import nightly
from meruit.night import mail
from meruit.night.run import run
from meruit.postgres import APP, GATE, WORKER
from meruit.postgres.supervisor import environment_of
from meruit.settings.environment import WrongSetting
from meruit.settings.mail import Outgoing, outgoing
from meruit.steps.models import Item, Mail, Run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from tests.support.firm import Firm

TO = "partner@firm.example"
PASSWORD = "p@ss:w/rd"


class Server:
    """A mail server that keeps what it took; `answer` is what it says to a recipient and to a text."""

    def __init__(self, recipient: str = "250 OK", text: str = "250 Taken as 77", *, drops: bool = False) -> None:
        self.recipient, self.text, self.drops = recipient, text, drops
        self.taken: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        if self.drops:
            assert server.transport is not None
            server.transport.abort()
        return self.text


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(server: Server, monkeypatch: pytest.MonkeyPatch, user: str = "", **options: Any) -> Iterator[Outgoing]:
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        made = Outgoing("127.0.0.1", port, user, PASSWORD if user else "", (TO,))
        monkeypatch.setattr(settings, "DIGEST_MAIL", made, raising=False)
        yield made
    finally:
        controller.stop()


def night() -> Run:
    """A night of the mail alone."""
    return run((mail.step(nightly.digest),))


def test_a_firm_that_set_nothing_up_sends_nothing(firm: Firm) -> None:
    firm.system("mail")
    night()
    assert not Mail.objects.exists()
    assert [step.name for step in nightly.table()][-2:] == ["seal", "mail"]


def test_the_digest_with_its_receipt_is_taken_once(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = firm.system("mail")
    tasks.receipt()
    server = Server()
    with serving(server, monkeypatch):
        done = night()
        step = mail.step(nightly.digest)
        Run.objects.filter(pk=done.pk).update(finished_at=None)  # killed before the protocol heard of it
        assert step.do(actor, TO, done.moment) == f"{TO}: taken before"
    (taken,) = server.taken
    message = message_from_bytes(taken, policy=policy.default)
    assert (message["To"], message["From"], message["Auto-Submitted"]) == (TO, TO, "auto-generated")
    body = message.get_content()
    assert Receipt.objects.get().text.strip() in body.replace("\r\n", "\n")
    kept = Mail.objects.get()
    assert (kept.outcome, kept.said, kept.address) == ("accepted", "250 Taken as 77", TO)
    events = Record.objects.filter(event__startswith="digest.").order_by("pk").values_list("event", flat=True)
    assert list(events) == ["digest.mail_tried", "digest.mail_settled"]


@pytest.mark.parametrize("server, says", [
    (Server(recipient="550 No such person here"), "550 No such person here"),
    (Server(text="554 We take no digests"), "554 We take no digests"),
])  # fmt: skip
def test_a_refusal_is_told_in_the_servers_words(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, server: Server, says: str
) -> None:
    firm.system("mail")
    with serving(server, monkeypatch):
        night()
    assert (Mail.objects.get().outcome, Item.objects.get().outcome) == ("refused", "failed")
    assert says in Item.objects.get().why


def test_a_server_that_does_not_answer_has_taken_nothing(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    firm.system("mail")
    monkeypatch.setattr(settings, "DIGEST_MAIL", Outgoing("127.0.0.1", free_port(), "", "", (TO,)), raising=False)
    night()
    assert Mail.objects.get().outcome == "refused"
    assert "does not answer" in Item.objects.get().why


def test_a_line_that_breaks_in_the_text_leaves_it_unknown_and_it_is_not_sent_again(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = firm.system("mail")
    server = Server(drops=True)
    with serving(server, monkeypatch):
        done = night()
        assert Mail.objects.get().outcome == "unknown"
        Run.objects.filter(pk=done.pk).update(finished_at=None)
        with pytest.raises(mail.NotNow, match=r"unknown.*not sent again"):
            mail.step(nightly.digest).do(actor, TO, done.moment)
    assert len(server.taken) == 1


def test_a_night_killed_while_it_mailed_says_unknown_and_does_not_mail_again(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.system("mail")
    server = Server()

    class Killed(BaseException):
        pass

    def kill(*_: object) -> str:
        raise Killed

    with serving(server, monkeypatch):
        with monkeypatch.context() as killing:
            killing.setattr(mail, "send", kill)
            with pytest.raises(Killed):
                night()
        assert Mail.objects.get().outcome == "tried"
        night()
    assert server.taken == []
    assert Mail.objects.get().outcome == "unknown"
    assert "the night was stopped while it was sent" in Item.objects.get().why


def test_a_password_travels_encrypted_to_a_server_whose_certificate_is_trusted(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    seen = []

    def authenticate(server: object, session: object, envelope: object, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticate}
    firm.system("mail")
    server = Server()
    with serving(server, monkeypatch, user="meruit", **options):
        night()
        assert (Mail.objects.get().outcome, seen) == ("refused", [])  # a stranger's certificate: no password is said
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "pair.pem"))
        night()
    assert seen == [(b"meruit", PASSWORD.encode())]
    assert Mail.objects.order_by("pk").last().outcome == "accepted"  # type: ignore[union-attr]  # two nights
    assert all(PASSWORD not in item.why for item in Item.objects.all())


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody but this test trusts, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "pair.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("server, to, expected", [
    ("", "", None),
    ("smtp://mail.firm.example", "a@firm.example", ("mail.firm.example", 587, "", "", ("a@firm.example",), True)),
    ("smtp://me:p%40ss@mail.firm.example:2525", "a@b.example, c@d.example",
     ("mail.firm.example", 2525, "me", "p@ss", ("a@b.example", "c@d.example"), True)),
    ("smtp://localhost:25", "a@b.example", ("localhost", 25, "", "", ("a@b.example",), False)),
    ("smtp://me:secret@localhost:25", "a@b.example", ("localhost", 25, "me", "secret", ("a@b.example",), True)),
])  # fmt: skip
def test_the_settings_read(server: str, to: str, expected: tuple[object, ...] | None) -> None:
    found = outgoing({"MERUIT_SMTP": server, "MERUIT_DIGEST_TO": to})
    read = found and (found.host, found.port, found.user, found.password, found.to, found.is_encrypted)
    assert read == expected
    assert "secret" not in repr(found)


@pytest.mark.parametrize("server, to, says", [
    ("smtp://me:secret@mail.example", "", "MERUIT_DIGEST_TO is ''"),
    ("", "a@b.example", "MERUIT_SMTP is ''"),
    ("smtp://mail.example", "a@b.example,nobody", "MERUIT_DIGEST_TO is 'a@b.example,nobody'; allowed is mail addresses"),
    ("smtp://mail.example", "a@b.example\nBcc: x@y.example", "MERUIT_DIGEST_TO is"),
    ("https://me:secret@mail.example", "a@b.example", "MERUIT_SMTP is 'https://***@mail.example'"),
    ("smtp://me:secret@mail.example:99999", "a@b.example", "MERUIT_SMTP is 'smtp://***'"),
    ("smtp://me:sec/ret@mail.example", "a@b.example", "MERUIT_SMTP is "),
    ("smtp://me@mail.example", "a@b.example", "MERUIT_SMTP is 'smtp://***@mail.example'; allowed is smtp://user:password@"),
    ("mail.example:25", "a@b.example", "MERUIT_SMTP is 'mail.example:25'"),
])  # fmt: skip
def test_a_wrong_setting_stops_the_start_and_never_tells_the_password(
    server: str, to: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WrongSetting) as stopped:
        outgoing({"MERUIT_SMTP": server, "MERUIT_DIGEST_TO": to})
    assert says in str(stopped.value)
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "secret" not in told
    assert "sec/ret" not in told
    assert "sec" not in told


def test_the_password_of_the_mail_server_reaches_the_worker_alone() -> None:
    base = {"MERUIT_SMTP": "smtp://me:secret@mail.example"}
    assert [login for login in (APP, GATE, WORKER) if "MERUIT_SMTP" in environment_of(login, "url", base)] == [WORKER]


def test_what_a_server_says_is_one_line() -> None:
    assert mail._plain(smtplib.SMTPResponseException(550, b"No\xff")) == "550 No�"
