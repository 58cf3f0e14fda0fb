"""`meruit convert` as a person calls it: report first, nothing written where money would vanish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meruit import ledes
from meruit.cli.convert import command
from meruit.ledes.model import File
from tests.ledes.xml.bills import bill

SUPPLY = """
[firm]
name = "Marlow Quay LLP"
[firm.address]
address_1 = "1 Quay Street"
city = "Portsmouth"
state = "NH"
postcode = "03801"
country = "US"
phone = "+1 603 555 0100"
[firm.billing_contact]
last_name = "Penn"
first_name = "Cleo"
email = "cleo@firm.example"
[client]
name = "Acme"
firm_id_at_client = "F-9"
[client.address]
address_1 = "2 Dock Road"
city = "Portsmouth"
state = "NH"
postcode = "03801"
country = "US"
phone = "+1 603 555 0199"
[invoice]
currency = "USD"
[matter]
name = "Harbour lease"
final_bill = "N"
[matter."1042"]
name = "The lease of 1042"
"""
FLAT = (
    "LEDES1998B[]\r\n"
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|"
    "INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|"
    "LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|"
    "LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID[]\r\n"
    "20260401|118|ACME|1042|1050.00|20260301|20260331|March|1|F|2.5|0.00|1000.00|20260305|L350||A103|BT|Draft motion.|"
    "99-7654321|400.00|Tully, Ben|PARTNR|C-77[]\r\n"
    "20260401|118|ACME|1042|1050.00|20260301|20260331|March|2|E|2|0.00|50.00|20260306||E101|||Copies.|99-7654321|25.00|||C-77[]\r\n"
)


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(command, [str(a) for a in args])


def saved(file: File, path: Path) -> Path:
    path.write_bytes(ledes.to_bytes(file))
    return path


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    path = tmp_path / "march.txt"
    path.write_bytes(FLAT.encode())
    return path


def test_tax_that_98b_cannot_carry_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    source, out = saved(bill(), tmp_path / "in.xml"), tmp_path / "out.txt"
    result = run(source, "--to", "LEDES1998B", "-o", out)
    assert result.exit_code == 1
    assert "MATTER.matter_tax_on_fees: the format carries no tax [191.60]" in result.stdout
    assert "Nothing was written" in result.stderr
    assert "--accept tax" in result.stderr
    assert not out.exists()


def test_what_is_given_up_by_name_is_written_and_still_told(tmp_path: Path) -> None:
    source, out = saved(bill(), tmp_path / "in.xml"), tmp_path / "out.txt"
    result = run(source, "--to", "LEDES1998B", "-o", out, "--accept", "tax")
    assert result.exit_code == 0, result.output
    assert "the format carries no tax [191.60]" in result.stdout
    assert ledes.read(out).invoices[0].total == "958.00"
    assert [f for f in ledes.check(out) if f.severity != "advice"] == []


def test_what_xml_wants_and_98b_does_not_know_is_missing_until_it_is_supplied(flat: Path, tmp_path: Path) -> None:
    out, supply = tmp_path / "march.xml", tmp_path / "supply.toml"
    poor = run(flat, "--to", "LEDESXML2.1", "-o", out)
    assert poor.exit_code == 1
    assert "FIRM.lf_billing_contact: the format requires it" in poor.stdout
    assert "needs work" in poor.stderr
    supply.write_text(SUPPLY, encoding="utf-8")
    rich = run(flat, "--to", "LEDESXML2.1", "-o", out, "--supply", supply)
    assert rich.exit_code == 0, rich.output
    assert "Missing" not in rich.stdout
    file = ledes.read(out)
    assert file.invoices[0].matters[0].name == "The lease of 1042"
    assert ledes.check(out) == []


def test_there_and_back_by_the_command_gives_the_first_file_again(flat: Path, tmp_path: Path) -> None:
    middle, last = tmp_path / "march.xml", tmp_path / "again.txt"
    run(flat, "--to", "LEDESXML2.2", "-o", middle)
    assert run(middle, "--to", "LEDES1998B", "-o", last).exit_code == 0
    assert ledes.read(last).invoices == ledes.read(flat).invoices


def test_json_tells_every_entry_on_a_line_of_its_own(tmp_path: Path) -> None:
    source = saved(bill(), tmp_path / "in.xml")
    result = run(source, "--to", "LEDES1998B", "-o", tmp_path / "o", "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"kind", "field", "invoice", "entry", "value", "amount", "about", "message"} == set(rows[0])
    assert [(r["amount"], r["about"]) for r in rows if r["kind"] == "refused"] == [("191.60", "tax")]


def test_mending_lists_each_repair_and_touches_no_stated_amount(flat: Path, tmp_path: Path) -> None:
    text = FLAT.replace("Draft motion.", "Draft “motion” — part 1").replace("1000.00|20260305", "1,000.00|20260305")
    text = text.replace("400.00", "$400.00").replace("|F|", "|f|")
    flat.write_bytes(text.encode("utf-8"))
    out = tmp_path / "out.txt"
    result = run(flat, "--to", "LEDES1998B", "-o", out, "--mend")
    assert result.exit_code == 0, result.output
    for repair in ("1,000.00 -> 1000.00", "$400.00 -> 400.00", '-> Draft "motion" - part 1'):
        assert repair in result.stdout
    assert ledes.check(out) == []
    line = ledes.read(out).invoices[0].lines[0]
    assert (line.total, line.units, line.task_code) == ("1000.00", "2.5", "L350")
    flat.write_bytes(FLAT.replace("|1000.00|", "|999.00|").encode())
    assert run(flat, "--to", "LEDES1998B", "-o", out, "--mend").exit_code == 1  # a wrong amount stays as stated
    assert ledes.read(out).invoices[0].lines[0].total == "999.00"


@pytest.mark.parametrize(
    "args, words",
    [
        (["--to", "LEDESXML2.3"], "LEDESXML2.3"),
        (["--to", "LEDES1998B", "--accept", "everything"], "everything"),
        (["--to", "LEDES1998B", "--portal", "nowhere"], "nowhere"),
        (["--to", "LEDES1998B", "--supply", "none.toml"], "none.toml"),
    ],
)
def test_a_call_that_cannot_be_used_ends_with_2_and_names_the_value(
    flat: Path, tmp_path: Path, args: list[str], words: str
) -> None:
    result = run(flat, *args, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "hello", "<html></html>"])
def test_a_file_that_is_no_bill_ends_with_2(tmp_path: Path, text: str) -> None:
    source = tmp_path / "in"
    source.write_text(text)
    assert run(source, "--to", "LEDES1998B", "-o", tmp_path / "out").exit_code == 2
    assert run(tmp_path / "absent", "--to", "LEDES1998B", "-o", tmp_path / "out").exit_code == 2


def test_a_file_that_is_cut_off_is_not_converted(tmp_path: Path) -> None:
    data = ledes.to_bytes(bill(taxed=False))
    source = tmp_path / "in.xml"
    source.write_bytes(data[: data.index(b"<expense>")])
    result = run(source, "--to", "LEDES1998B", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "was not read to its end" in result.stderr


def test_the_source_is_never_overwritten(flat: Path) -> None:
    before = flat.read_bytes()
    assert run(flat, "--to", "LEDES1998B", "-o", flat).exit_code == 2
    assert flat.read_bytes() == before


def test_supplied_values_with_unknown_names_are_refused(flat: Path, tmp_path: Path) -> None:
    supply = tmp_path / "s.toml"
    supply.write_text('[firm]\nnmae = "x"\n')
    result = run(flat, "--to", "LEDESXML2.1", "-o", tmp_path / "out", "--supply", supply)
    assert result.exit_code == 2
    assert 'Did you mean "name"' in result.stderr
