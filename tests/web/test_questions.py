"""A drafted question reaches nobody by itself, and no narrative leaves without the client's consent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings

from meruit.audit.models import Record
from meruit.drafting import Endpoint
from meruit.firm import actions as firm_actions
from meruit.firm.models import Approval
from meruit.prebills.models import Comment
from tests.drafting.server import Reply, completion, serving
from tests.support import bills, work
from tests.web.test_pages import BLOCK, find, text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from django.test import Client

    from tests.support.firm import Firm

    At = Callable[[str], Client]

ASKS = "Which part of the call was about the rent?"


def test_a_question_is_drafted_with_consent_shown_marked_and_sent_by_a_person(
    firm: Firm, at_the_page: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.at(bills.FEBRUARY_2)
    bills.letterhead(firm)
    work.agree_rates(firm)
    bills.released(firm, [work.hours(narrative=BLOCK)])
    prebill = bills.drafted(firm)
    line = bills.line(prebill, 1)
    path = f"/lines/{line.pk}/question/"
    cleo, dan = at_the_page("Cleo"), at_the_page("Dan")
    says = "Have a question to the attorney drafted"

    monkeypatch.setattr(settings, "LANGUAGE_MODEL", None)
    assert cleo.post(path).status_code == 409
    reply = Reply(completion(json.dumps({"question": ASKS})))
    with serving(reply, reply, Reply(completion(json.dumps({"question": "Was Judge Harlan there?"})))) as server:
        monkeypatch.setattr(settings, "LANGUAGE_MODEL", Endpoint(server.address, "a-model"))
        assert cleo.post(path).status_code == 409, "no finding stands on the line"
        find(firm, prebill, 1, "call client re rent")

        # Without consent, with one that is over, with one of another client's: nothing leaves.
        firm_actions.record_approval(
            firm.cleo, 1, "generative-ai", "R. Pell", until_on=bills.FEBRUARY_2.date().replace(day=1)
        )
        got = cleo.post(path)
        assert got.status_code == 409
        assert "has not consented to the use of a language model" in got.content.decode()
        assert says not in text(cleo, f"/prebills/{prebill}/")
        assert server.asked == []
        assert Record.objects.filter(event="model.asked").count() == 0

        firm_actions.record_approval(firm.cleo, 1, "generative-ai", "R. Pell", reference="Letter of 3 January")
        assert says in text(cleo, f"/prebills/{prebill}/")
        assert dan.post(path).status_code == 404
        assert at_the_page("Jon").post(path).status_code in (403, 404)
        assert server.asked == []
        page = cleo.post(path).content.decode()
        assert f"{ASKS} (drafted by a machine, a-model)" in page
        shown = server.asked[0]["messages"][1]["content"]
        assert BLOCK in shown
        assert "Northwind" not in json.dumps(server.asked)
        assert Comment.objects.count() == 0
        (told,) = Record.objects.filter(event="model.asked")
        assert told.after["consent"] == "R. Pell, Letter of 3 January"
        cleo.post(f"/prebills/{prebill}/comment/", {"line": line.pk, "text": f"{ASKS} (drafted by a machine, a-model)"})
        assert Comment.objects.get().text.endswith("(drafted by a machine, a-model)")

        # Taken back by the client: nothing more leaves.
        cleo.post(path)
        assert "names what the entry does not: Judge, Harlan" in cleo.post(path).content.decode()
        firm_actions.end(firm.cleo, "approval", Approval.objects.order_by("-pk").first().pk, "Taken back")  # type: ignore[union-attr]  # there is one
        before = len(server.asked)
        assert cleo.post(path).status_code == 409
        assert len(server.asked) == before
