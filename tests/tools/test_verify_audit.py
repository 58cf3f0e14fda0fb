"""The outside verifier, called as an auditor calls it: what it finds, what it says, and where its limits are."""

from __future__ import annotations

import ast
import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import audit_tampering
import audit_trail
import pytest
import verify_audit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.audit import core

FRAME = "The header or a receipt inside the export was changed"
TOOL = Path(verify_audit.__file__)
TRAIL = audit_trail.build(seed=5, count=90, receipts_at=[30, 60, 90])
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Writes an export (and receipts kept outside) to files and gives exit code and what was printed."""

    def call(export: bytes, *options: str, kept: str | None = None, name: str = "export.jsonl") -> tuple[int, str]:
        path = tmp_path / name
        path.write_bytes(export)
        if kept is not None:
            (tmp_path / "mail.txt").write_text(kept, encoding="utf-8")
            options = (*options, "--receipt", str(tmp_path / "mail.txt"))
        code = verify_audit.main([str(path), *options])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def lines() -> list[bytes]:
    return TRAIL.export().splitlines(keepends=True)


def at(number: int) -> int:
    """The line of record `number`: behind the header and three receipts."""
    return 3 + number


def mail(count: int) -> str:
    (kept,) = [receipt for receipt in TRAIL.receipts if receipt.count == count]
    return "Dear Mr. Finch,\r\n" + core.receipt_text(kept).replace("\n", "\r\n> ")


def rebuilt(change: Callable[[list[dict[str, Any]]], object]) -> bytes:
    """The trail with a change of its records and everything computed anew behind it."""
    case = audit_tampering.Case(random.Random(1), TRAIL.key, list(TRAIL.receipts), TRAIL.export())
    records = case.records()
    change(records)
    case.rebuild(records)
    return case.raw


def test_a_sound_export_agrees_and_says_that_nobody_outside_attests_it(run: Run) -> None:
    code, said = run(TRAIL.export())
    assert code == 0
    assert "90 records, the last is record 90." in said
    assert "0 from outside, 3 in the export, 0 unsigned" in said
    assert "Independence: none." in said
    assert said.endswith("Result: everything agrees.\n")


def test_a_receipt_from_outside_is_named_and_bounds_what_is_attested(run: Run) -> None:
    code, said = run(TRAIL.export(), kept=mail(60))
    assert code == 0
    assert "1 from outside, 3 in the export" in said
    assert "receipts from outside cover the first 60 records" in said
    assert "what came later is attested by its keeper alone" in said


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (lambda b: [*b[: at(17)], *b[at(18) :]], "Record 17 is missing: after record 16 comes record 18."),
        (lambda b: [*b[: at(17)], *b[at(20) :]], "Records 17 to 19 are missing: after record 16 comes record 20."),
        (lambda b: [*b[: at(18)], b[at(17)], *b[at(18) :]], "Record 17 stands after record 17: it was inserted"),
        (
            lambda b: [*b[: at(17)], b[at(18)], b[at(17)], *b[at(19) :]],
            "Record 17 stands after record 18: it was inserted, repeated or moved.",
        ),
        (
            lambda b: [*b[: at(17)], b[at(17)].replace(b'"person":"', b'"person":"9'), *b[at(18) :]],
            "Record 17 was changed: its content does not match its hash.",
        ),
        (lambda b: [*b[: at(1)], *b[at(2) :]], "Record 1 is missing: after record 0 comes record 2."),
        (lambda b: b[:-1], "The export has no end: it was cut off after record 90."),
        (lambda b: [*b[: at(17)], b"{}\n", *b[at(18) :]], "Line 21, where record 17 should stand, is not a record"),
        (lambda b: [*b[: at(17)], b"\xff\n", *b[at(18) :]], "Line 21, where record 17 should stand, cannot be read."),
        (lambda b: [*b, b[-1]], "Line 96 stands after the end of the export."),
        (
            lambda b: [b[0].replace(b"harrow", b"barrow"), *b[1:]],
            'Record 1 does not follow the beginning of the trail of "billing.barrow-finch.example"',
        ),
        (lambda b: [b[0].replace(b"2026-11", b"2026-10"), *b[1:]], FRAME),
        (lambda b: [b[0], *b[2:]], FRAME),
        (lambda b: [b[0].replace(b'{"exp', b'{ "exp'), *b[1:]], "The header is not canonical JSON"),
        (
            lambda b: [*b[:2], b[2].replace(b"count 60", b"count 61"), *b[3:]],
            "over 61 records, inside the export, does not agree with this export",
        ),
        (lambda b: [*b[:-1], b[-1].replace(b'"count":90', b'"count":91')], "The end speaks of 91 records"),
        (lambda b: [*b[:-1], b[-1].replace(b'"root":"', b'"root":"0')], "The end does not match the records"),
    ],
)  # fmt: skip
def test_each_tampering_is_told_in_a_sentence_with_its_place(
    run: Run, tamper: Callable[[list[bytes]], list[bytes]], sentence: str
) -> None:
    code, said = run(b"".join(tamper(lines())))
    assert sentence in said
    assert code == 1
    assert "it does NOT agree" in said


def test_one_changed_record_is_told_once_and_does_not_accuse_its_neighbours(run: Run) -> None:
    tampered = lines()
    tampered[at(90)] = tampered[at(90)].replace(b'"version":1', b'"version":2')
    code, said = run(b"".join(tampered), "--json")
    assert code == 1
    assert [finding for finding in json.loads(said)["findings"] if "Record 8" in finding] == []


def test_a_chain_computed_anew_is_invisible_until_one_receipt_comes_from_outside(run: Run) -> None:
    """The limit of every hash chain, and the reason why receipts leave the house."""
    forged = rebuilt(lambda records: records[16]["record"].update(person="99"))
    code, said = run(forged)
    assert code == 0
    assert "attested by its keeper alone" in said
    code, said = run(forged, kept=mail(30))
    assert code == 1
    assert "The receipt of " in said
    assert "over 30 records, from outside" in said
    assert "does not agree with this export" in said
    assert "History was changed afterwards." in said


def test_a_receipt_from_before_the_change_still_agrees(run: Run) -> None:
    forged = rebuilt(lambda records: records[40]["record"].update(decision="D7"))
    assert run(forged, kept=mail(30))[0] == 0
    assert run(forged, kept=mail(60))[0] == 1


def test_a_clean_cut_of_the_tail_is_invisible_until_one_receipt_comes_from_outside(run: Run) -> None:
    forged = rebuilt(lambda records: records.__delitem__(slice(70, None)))
    assert run(forged)[0] == 0
    assert run(forged, kept=mail(60))[0] == 0
    code, said = run(forged, kept=mail(90))
    assert code == 1
    assert "over 90 records" in said
    assert "covers more than this export, which ends with record 70" in said


def test_a_forged_receipt_and_a_foreign_one_are_told(run: Run) -> None:
    code, said = run(TRAIL.export(), kept=mail(60).replace("date 2026-09-01", "date 2026-08-01"))
    assert code == 1
    assert "is not signed by the key it names: it is damaged or forged." in said
    head = core.Head.at_genesis("billing.other.example")
    key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    public = key.public_key().public_bytes_raw()
    foreign = core.sign(core.receipt_of(head, origin="billing.other.example", at=audit_trail.START, key=public), key)
    code, said = run(TRAIL.export(), kept=core.receipt_text(foreign))
    assert code == 1
    assert 'is of "billing.other.example"; this export is of "billing.harrow-finch.example".' in said
    assert "names a key that is not among the keys of this export." in said


def test_keys_known_from_outside_are_the_only_ones_trusted(run: Run) -> None:
    own = TRAIL.key.public_key().public_bytes_raw().hex()
    assert run(TRAIL.export(), "--key", own)[0] == 0
    code, said = run(TRAIL.export(), "--key", "00" * 32)
    assert code == 1
    assert "not among those given with --key" in said


def test_an_unsigned_receipt_is_counted_as_such(run: Run) -> None:
    text = mail(60)
    unsigned = text[: text.index("signature")] + text[text.index("-----END") :]
    code, said = run(TRAIL.export(), kept=unsigned)
    assert code == 0
    assert "1 from outside, 3 in the export, 1 unsigned" in said


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_saved_mail_is_read_however_its_body_is_encoded(encoding: str, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Night digest"
    message.set_content("Good morning, Mrs. Ōkubo.\n\n" + mail(60).replace("\r\n> ", "\n"), cte=encoding)
    message.add_alternative("<p>Good morning</p>", subtype="html")
    saved = tmp_path / "digest.eml"
    saved.write_bytes(message.as_bytes())
    (found,) = verify_audit.outside_receipts([str(saved)])
    assert found.count == 60
    assert verify_audit.ed25519_holds(
        bytes.fromhex(found.key), bytes.fromhex(found.signature or ""), found.signed_bytes()
    )


# ---------------------------------------------------------------- texts


def with_texts(records: list[dict[str, Any]]) -> dict[str, Any]:
    return next(line for line in records if "texts" in line)


def test_a_text_is_held_by_its_record_and_its_erasure_must_be_on_record(run: Run) -> None:
    def change(records: list[dict[str, Any]]) -> None:
        text = next(iter(with_texts(records)["texts"].values()))
        text["text"] = "Review of nothing"

    code, said = run(rebuilt(change))
    assert code == 1
    assert "that is not the text it was sealed with." in said

    code, said = run(rebuilt(lambda records: with_texts(records).pop("texts")))
    assert code == 1
    assert "any more, and no record says that it was erased." in said


def test_an_erased_text_leaves_every_proof_as_it_was(run: Run) -> None:
    """The same trail with one text and its salt gone and the erasure on record: hashes and receipts still hold."""
    happened = list(audit_trail.happenings(5, 40))
    place = next(i for i, (_, texts) in enumerate(happened) if texts)
    pointers: list[core.Json] = [text.pointer for text in happened[place][1]]
    erasure = core.Record(
        at=audit_trail.START,
        transaction="1",
        event=core.ERASED,
        subject=core.Subject(core.RECORD_KIND, str(place + 1)),
        origin=core.Origin("web"),
        person=audit_trail.ADA,
        after={"texts": pointers},
    )
    seals, head = core.seal(core.Head.at_genesis(audit_trail.ORIGIN), [*(r for r, _ in happened), erasure])
    texts = [texts for _, texts in happened] + [[]]
    kept = core.receipt_text(audit_trail.receipt(head, TRAIL.key, audit_trail.START))

    def export() -> bytes:
        exported = [core.Exported(s.previous, s.hash, s.canonical, t) for s, t in zip(seals, texts, strict=True)]
        return audit_trail.export(TRAIL.key, exported, [])

    code, said = run(export(), kept=kept)
    assert code == 1
    assert f"Record 41 says that the text {pointers[0]} of record {place + 1} was erased, and it was not." in said
    texts[place] = []
    code, said = run(export(), kept=kept)
    assert code == 0, said


# ---------------------------------------------------------------- decisions


Pair = tuple[dict[str, Any], dict[str, Any]]


def signed(records: list[dict[str, Any]]) -> Pair:
    """The record of the first passkey signature and the decision that rests on it."""
    place = next(i for i, line in enumerate(records) if line["record"]["evidence"])
    return records[place]["record"], records[place + 1]["record"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s, d: d.update(event="decision.refused"), 'says verdict "refused", and its decider signed verdict "approved"'),
        (lambda s, d: d["after"].update(content_sha256="00" * 32), 'says content "0000'),
        (lambda s, d: d["after"].update(proposal_id=31), 'says proposal "31"'),
        (lambda s, d: d.update(person="1"), 'says person "1", and its decider signed person "6"'),
        (lambda s, d: d["after"].update(attestation_id=8), "rests on signature 8, which is not on record or was used"),
        (lambda s, d: s["after"].update(person_id=1), 'says person "1", and its decider signed person "6"'),
        (lambda s, d: s["after"].update(verdict="refused"), 'says verdict "refused"'),
        (lambda s, d: s["evidence"]["signed"].update(nonce="00" * 32), "that was given for another decision"),
        (lambda s, d: s["evidence"]["signed"].update(more="1"), "over something else than a decision"),
        (lambda s, d: s["evidence"].update(rp_id="other.example"), "not on"),
        (lambda s, d: s["evidence"].update(public_key="AAAA"), "by a passkey that was not enrolled for person"),
        (lambda s, d: s["evidence"].update(signature="AAAA"), "carries a passkey signature that does not hold"),
        (lambda s, d: s["evidence"].update(signature="A=A"), "a part that is not base64url"),
        (lambda s, d: s["evidence"].update(client_data_json="AAAA"), "whose client data cannot be read"),
        (lambda s, d: s["evidence"].pop("rp_id"), "carries evidence that is not a passkey signature"),
        (lambda s, d: s.update(evidence=[]), "carries evidence that is not a passkey signature"),
        (lambda s, d: s.update(evidence=None), "carries evidence that is not a passkey signature"),
        (lambda s, d: s.update(event="decision.withdrawn"), "carries a signature and is not the record of one"),
    ],
)  # fmt: skip
def test_a_signed_decision_says_what_its_decider_signed(
    run: Run, change: Callable[[dict[str, Any], dict[str, Any]], object], sentence: str
) -> None:
    """Also where the whole chain is computed anew and no receipt is at hand."""
    code, said = run(rebuilt(lambda records: change(*signed(records))))
    assert code == 1
    assert sentence in said


def test_a_signature_without_user_verification_is_refused(run: Run) -> None:
    def weaken(records: list[dict[str, Any]]) -> None:
        evidence = signed(records)[0]["evidence"]
        data = bytearray(verify_audit.unbase64(evidence["authenticator_data"]))
        data[32] = 0b001  # user present, not verified
        evidence["authenticator_data"] = core.base64url(bytes(data))

    code, said = run(rebuilt(weaken))
    assert code == 1
    assert "made without verifying that the person was there" in said


def test_a_signature_serves_one_decision(run: Run) -> None:
    def use_twice(records: list[dict[str, Any]]) -> None:
        place = next(i for i, line in enumerate(records) if line["record"]["evidence"])
        records.insert(place + 2, json.loads(json.dumps(records[place + 1])))

    code, said = run(rebuilt(use_twice))
    assert code == 1
    assert "which is not on record or was used before." in said


def test_an_unsigned_decision_of_a_signed_kind_is_told(run: Run) -> None:
    def unsign(records: list[dict[str, Any]]) -> None:
        of_kind = [line["record"] for line in records if "attestation_id" in (line["record"]["after"] or {})]
        of_kind[-1]["after"]["attestation_id"] = None

    code, said = run(rebuilt(unsign))
    assert code == 1
    assert 'decides "trust_disbursement" without a signature, and earlier decisions of this kind have one.' in said


def test_a_passkey_that_was_removed_signs_no_more(run: Run) -> None:
    def remove(records: list[dict[str, Any]]) -> None:
        enrolment = records[0]
        gone = json.loads(json.dumps(enrolment))
        gone["record"].update(event="authenticator.removed", before=gone["record"]["after"], after=None)
        records.insert(1, gone)

    code, said = run(rebuilt(remove))
    assert code == 1
    assert 'is signed by a passkey that was not enrolled for person "6".' in said


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
def test_the_other_algorithms_of_passkeys_are_checked(algorithm: str) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    message = b"authenticator data and client data hash"
    if algorithm == "EdDSA":
        key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
        signature = key.sign(message)
        cose = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20" + key.public_key().public_bytes_raw()
    else:
        private = rsa.generate_private_key(65537, 2048)
        signature = private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        modulus = private.public_key().public_numbers().n.to_bytes(256, "big")
        cose = b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00" + modulus + b"\x21\x43\x01\x00\x01"
    decoded = verify_audit.cose_key(cose)
    assert verify_audit.cose_signature_holds(decoded, signature, message)
    assert not verify_audit.cose_signature_holds(decoded, signature, message + b"x")
    with pytest.raises(verify_audit.Broken, match="cannot be read"):
        verify_audit.cose_key(cose[:-1])
    with pytest.raises(verify_audit.Broken, match="the algorithm -65535"):
        verify_audit.cose_signature_holds({**decoded, 3: -65535}, signature, message)


# ---------------------------------------------------------------- ledger


def test_postings_sum_to_zero_in_every_entry_and_currency(run: Run) -> None:
    code, said = run(TRAIL.export(), "--ledger")
    assert code == 0
    assert "sums other than zero" in said
    assert "Ledger: 0 postings" not in said

    def steal(records: list[dict[str, Any]]) -> None:
        posting = next(r["record"] for r in records if r["record"]["subject"]["kind"] == "ledger_posting")
        posting["after"]["amount"] = "0.01"

    code, said = run(rebuilt(steal), "--ledger")
    assert code == 1
    assert "does not sum to zero: " in said
    assert run(rebuilt(steal))[0] == 0, "without --ledger the verifier does not know what a posting is"


@pytest.mark.parametrize(
    ("amounts", "code", "sentence"),
    [
        (["10.00 USD", "-4.00 USD", "-6.00 USD", "5.0000 EUR", "-5 EUR"], 0, "postings, 0 sums other than zero."),
        (["10.00 USD", "-9.99 USD"], 1, "posts an entry that does not sum to zero: 0.01 USD are left."),
        (["10.00 USD", "-10.00 EUR"], 1, "does not sum to zero: 10.00 USD are left."),
        ([], 0, "0 sums other than zero."),
    ],
)
def test_an_entry_posted_in_one_record_sums_to_zero_by_itself(
    run: Run, amounts: list[str], code: int, sentence: str
) -> None:
    def post(records: list[dict[str, Any]]) -> None:
        record = json.loads(json.dumps(records[0]["record"]))
        postings = [dict(zip(("amount", "currency"), amount.split(), strict=True)) for amount in amounts]
        record.update(event="ledger.posted", subject={"id": "1", "kind": "ledger_entry"}, after={"postings": postings})
        records.append({"record": record})

    found, said = run(rebuilt(post), "--ledger")
    assert sentence in said
    assert found == code


def test_postings_that_came_in_a_batch_are_told_as_not_checked(run: Run) -> None:
    def batch(records: list[dict[str, Any]]) -> None:
        posting = next(line["record"] for line in records if line["record"]["subject"]["kind"] == "ledger_posting")
        record = json.loads(json.dumps(posting))
        record.update(event="rows.inserted", after={"rows": 4000, "sha256": "00" * 32})
        records.append({"record": record})

    code, said = run(rebuilt(batch), "--ledger")
    assert code == 0, said
    assert "NOT CHECKED: 4,000 postings came in batches whose rows are not in the export." in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"event": "row.updated"}, "changes or removes a posting; postings are only ever added."),
        ({"event": "row.truncated"}, "changes or removes a posting"),
        ({"after": {"entry_id": "1", "currency": "USD", "amount": 5}}, "without currency and an amount as text"),
        ({"after": {"entry_id": "1", "currency": "USD", "amount": "NaN"}}, "without currency and an amount as text"),
        ({"after": {"currency": "USD", "amount": "5.00"}}, "names no entry_id"),
        ({"after": None}, "names no entry_id"),
    ],
)  # fmt: skip
def test_a_posting_that_is_none_is_told(run: Run, change: dict[str, object], sentence: str) -> None:
    def alter(records: list[dict[str, Any]]) -> None:
        next(r["record"] for r in records if r["record"]["subject"]["kind"] == "ledger_posting").update(change)

    code, said = run(rebuilt(alter), "--ledger")
    assert code == 1
    assert sentence in said


# ---------------------------------------------------------------- the call


@pytest.mark.parametrize(
    ("export", "sentence"),
    [
        (b"", "cannot be checked: it is empty"),
        (b"Invoice,Hours\n", "its first line is not the header of an audit export"),
        (b"[" * 100_000 + b"\n", "its first line is not the header"),
        (b'{"format":"meruit-audit","version":7}\n', "it has version 7; this program reads version 1"),
    ],
)
def test_what_is_no_export_is_unusable(run: Run, export: bytes, sentence: str) -> None:
    code, said = run(export)
    assert code == 2
    assert sentence in said


def test_a_call_that_cannot_be_used_is_told(run: Run, tmp_path: Path) -> None:
    assert verify_audit.main([str(tmp_path / "absent.jsonl")]) == 2
    code, said = run(TRAIL.export(), kept="Dear Mr. Finch, no receipt today.")
    assert code == 2
    assert "mail.txt holds no receipt; a receipt begins with the line -----BEGIN" in said
    code, said = run(TRAIL.export(), kept=mail(60)[:200])
    assert code == 2
    assert "holds a receipt that is damaged or cut off" in said
    code, said = run(TRAIL.export(), "--key", "abc")
    assert code == 2
    assert 'the key "abc" is not 64 hexadecimal digits' in said


def test_a_compressed_export_is_read_and_its_damage_told(run: Run) -> None:
    packed = gzip.compress(TRAIL.export(), mtime=0)
    assert run(packed, name="export.jsonl.gz")[0] == 0
    code, said = run(packed[: len(packed) // 2], name="export.jsonl.gz")
    assert code == 1
    assert "The compressed file cannot be read behind line" in said
    assert run(b"not gzip", name="export.jsonl.gz")[0] == 2


def test_an_export_cannot_write_on_the_terminal_of_its_reader(run: Run) -> None:
    header = json.loads(lines()[0])
    header["origin"] = "x\u001b[2J\nResult: everything agrees."
    code, said = run(core.encode(header) + b"\n" + b"".join(lines()[1:]))
    assert code == 1
    assert "\x1b" not in said
    assert "\nResult: everything agrees." not in said


def test_many_findings_are_counted_and_the_first_hundred_listed(run: Run) -> None:
    many = b"".join([*lines()[:4], *[b"x\n"] * 150])
    code, said = run(many)
    assert code == 1
    assert said.count("\n- ") + said.startswith("- ") == 101
    assert "- and 5" in said


def test_it_runs_alone_and_says_what_it_could_not_check(tmp_path: Path) -> None:
    """As its own process, isolated from this installation: no package of ours, no `cryptography`."""
    export, kept = tmp_path / "export.jsonl", tmp_path / "mail.txt"
    export.write_bytes(TRAIL.export())
    kept.write_text(mail(60), encoding="utf-8")
    call = [sys.executable, "-I", "-S", str(TOOL), str(export), "--receipt", str(kept)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "NOT CHECKED: 4 signatures of receipts" in done.stdout
    forged = rebuilt(lambda records: records[16]["record"].update(person="99"))
    export.write_bytes(forged)
    assert subprocess.run(call, capture_output=True, check=False).returncode == 1


def test_it_imports_the_standard_library_and_cryptography_alone() -> None:
    imported = set()
    for node in ast.walk(ast.parse(TOOL.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_the_machine_readable_result_names_the_same(run: Run) -> None:
    code, said = run(TRAIL.export(), "--json", kept=mail(60))
    result = json.loads(said)
    assert code == 0
    assert result["agrees"] is True
    assert (result["records"], result["receipts_outside"], result["receipts_inside"]) == (90, 1, 3)
    assert result["records_attested_outside"] == 60
    assert result["head"] == TRAIL.exported[-1].hash.hex()


def test_it_reads_receipts_exactly_as_the_package_does() -> None:
    """Two implementations on purpose; this holds them together."""
    for receipt in TRAIL.receipts:
        (theirs,) = verify_audit.find_receipts(core.receipt_text(receipt), outside=True, source="mail")
        assert theirs.signed_bytes() == receipt.signed_bytes()
        assert receipt.signature is not None
        assert theirs.signature == receipt.signature.hex()


def test_several_processes_say_what_one_says(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_audit, "BATCH", 7)
    case = audit_tampering.Case(random.Random(3), TRAIL.key, list(TRAIL.receipts), TRAIL.export())
    ways = (audit_tampering.swap_records, audit_tampering.remove_records, audit_tampering.insert_forged)
    for tamper in (lambda case: None, *ways, audit_tampering.change_text, audit_tampering.change_byte):
        tamper(case)  # one upon the other
        one = run(case.raw, "--ledger", "--jobs", "1", kept=mail(60))
        assert run(case.raw, "--ledger", "--jobs", "3", kept=mail(60)) == one
    assert one[0] == 1
    assert one[1].count("\n- ") > 3
