"""The door to a language model: what goes through it, what does not, and what comes back when things go wrong."""

from __future__ import annotations

import socket
from datetime import date

import pytest

from meruit.drafting import Consent, Endpoint, Model, ModelFailed, NoConsent
from meruit.drafting.client import Bounds
from meruit.postgres import APP, GATE, WORKER
from meruit.postgres.supervisor import environment_of
from meruit.settings.environment import WrongSetting
from meruit.settings.model import endpoint
from tests.drafting.server import Reply, completion, serving

TODAY = date(2026, 11, 24)
AGREED = Consent("Acme", "Letter of 3 November 2026", date(2026, 11, 3))
KEY = "sk-not-a-real-key"
SMALL = Bounds(answer_seconds=30, most_read_bytes=5_000)


def model(address: str, pauses: list[float] | None = None, bounds: Bounds = SMALL) -> Model:
    return Model(Endpoint(address, "a-model", KEY), TODAY, bounds, (pauses if pauses is not None else []).append)


def ask(address: str, pauses: list[float] | None = None, bounds: Bounds = SMALL) -> str:
    return model(address, pauses, bounds).ask("Be brief.", "Words of Acme", client="Acme", consent=AGREED)


def test_a_question_is_sent_as_the_api_wants_it_and_answered() -> None:
    with serving(Reply(completion("Yes."))) as server:
        assert ask(server.address) == "Yes."
    (sent,) = server.asked
    assert sent["model"] == "a-model"
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert sent["messages"][1]["content"] == "Words of Acme"
    assert server.paths == ["/v1/chat/completions"]
    assert server.heads[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("consent, says", [
    (None, "Acme has not consented"),
    (Consent("Other", "Letter", date(2026, 1, 1)), "The consent is of Other"),
    (Consent("acme", "Letter", date(2026, 1, 1)), "The consent is of acme"),
    (Consent("Acme", "  ", date(2026, 1, 1)), "names no evidence"),
    (Consent("Acme", "Letter", date(2026, 11, 25)), "not yet on 2026-11-24"),
    (Consent("Acme", "Letter", date(2026, 1, 1), date(2026, 11, 23)), "ended on 2026-11-23"),
])  # fmt: skip
def test_nothing_of_a_client_without_consent_is_ever_sent(consent: Consent | None, says: str) -> None:
    with serving(Reply(completion("Yes."))) as server:
        with pytest.raises(NoConsent, match=says):
            model(server.address).ask("Be brief.", "Words of Acme", client="Acme", consent=consent)
        assert server.asked == []


def test_a_consent_holds_on_its_first_and_last_day() -> None:
    with serving(Reply(completion("Yes."))) as server:
        for one in (Consent("Acme", "Letter", TODAY), Consent("Acme", "Letter", date(2026, 1, 1), TODAY)):
            assert model(server.address).ask("", "Words", client="Acme", consent=one) == "Yes."


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again_and_then_answered(status: int) -> None:
    pauses: list[float] = []
    with serving(Reply({"error": {"message": "later"}}, status), Reply(completion("Now."))) as server:
        assert ask(server.address, pauses) == "Now."
    assert len(server.asked) == 2
    assert pauses == [2.0]


def test_a_server_that_says_when_is_asked_then_and_never_later_than_the_bound() -> None:
    pauses: list[float] = []
    busy = [Reply({}, 429, {"Retry-After": "7"}), Reply({}, 429, {"Retry-After": "86400"})]
    with serving(*busy, Reply(completion("Now."))) as server:
        assert ask(server.address, pauses) == "Now."
    assert pauses == [7.0, 30.0]


def test_after_three_attempts_the_last_word_is_told() -> None:
    pauses: list[float] = []
    with serving(Reply({"error": {"message": "The engine is overloaded"}}, 503)) as server:
        with pytest.raises(ModelFailed, match=r"answered 503: The engine is overloaded\. It was asked 3 times\."):
            ask(server.address, pauses)
        assert len(server.asked) == 3
    assert pauses == [2.0, 4.0]


@pytest.mark.parametrize("reply, says", [
    (Reply({"error": {"message": f"Incorrect API key provided: {KEY}", "type": "invalid_request_error"}}, 401), r"answered 401: Incorrect API key provided: \*\*\*"),
    (Reply({"error": "model not found"}, 404), "answered 404: model not found"),
    (Reply(b"<html>no</html>", 400), r"answered 400\."),
    (Reply(b"", 301, {"Location": "http://127.0.0.1:1/elsewhere"}), r"answered 301\."),
    (Reply(b"{ this is no JSON"), "not as the chat API does"),
    (Reply(b"[" * 4_000), "not as the chat API does"),
    (Reply({"choices": []}), "not as the chat API does"),
    (Reply({"choices": [None]}), "not as the chat API does"),
    (Reply(["no", "object"]), "not as the chat API does"),
    (Reply(completion(None, "content_filter")), "gave no text .it ended with 'content_filter'"),
    (Reply(completion("  ")), "gave no text"),
    (Reply(completion("Half an ans", "length")), "cut off before the end"),
    (Reply(b"x" * 6_000), "sent more than 5,000 bytes"),
])  # fmt: skip
def test_what_will_not_pass_is_asked_once_and_told_in_a_sentence(reply: Reply, says: str) -> None:
    with serving(reply) as server:
        with pytest.raises(ModelFailed, match=says) as told:
            ask(server.address)
        assert len(server.asked) == 1
    assert KEY not in str(told.value)


@pytest.mark.parametrize("reply", [Reply(hangs=True), Reply(completion("Slowly."), drips=True)], ids=["silent", "drip"])
def test_an_answer_that_does_not_come_in_time_is_given_up(reply: Reply) -> None:
    bounds = Bounds(answer_seconds=0.2, attempts=1)
    with (
        serving(reply) as server,
        pytest.raises(ModelFailed, match=r"(did not answer in|took longer than) 0\.2 seconds"),
    ):
        ask(server.address, bounds=bounds)


def test_where_nobody_listens_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ModelFailed, match=r"127\.0\.0\.1 cannot be reached"):
        ask(f"http://127.0.0.1:{port}/v1")


def test_too_much_is_not_sent() -> None:
    with serving(Reply(completion("Yes."))) as server:
        with pytest.raises(ModelFailed, match="at most 100 are sent at once"):
            ask(server.address, bounds=Bounds(most_sent_bytes=100))
        assert server.asked == []


def test_a_proxy_of_the_environment_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Reply(completion("Direct."))) as server, serving(Reply(completion("By proxy."))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address.removesuffix("/v1"))
        assert ask(server.address) == "Direct."
        assert proxy.asked == []


def test_without_settings_there_is_no_model_and_with_them_there_is() -> None:
    assert endpoint({}) is None
    found = endpoint({"MERUIT_MODEL_URL": "https://models.example/v1/", "MERUIT_MODEL": "m", "MERUIT_MODEL_KEY": KEY})
    assert found == Endpoint("https://models.example/v1/", "m", KEY)
    assert (found.chat, found.host) == ("https://models.example/v1/chat/completions", "models.example")
    assert KEY not in repr(found)
    assert endpoint({"MERUIT_MODEL_URL": "http://localhost:11434/v1", "MERUIT_MODEL": "m"}) is not None


@pytest.mark.parametrize("given, says", [
    ({"MERUIT_MODEL": "m"}, "MERUIT_MODEL_URL is ''; allowed is https://host/v1"),
    ({"MERUIT_MODEL_KEY": KEY}, "MERUIT_MODEL_URL is ''"),
    ({"MERUIT_MODEL_URL": "http://models.example/v1", "MERUIT_MODEL": "m"}, "allowed is https://host/v1, or http://localhost"),
    ({"MERUIT_MODEL_URL": "https://me:secret@models.example/v1", "MERUIT_MODEL": "m"}, r"is 'https://\*\*\*@models.example/v1'"),
    ({"MERUIT_MODEL_URL": "https://models.example/v1?key=1", "MERUIT_MODEL": "m"}, "without user, query or fragment"),
    ({"MERUIT_MODEL_URL": "https://models.example:99999/v1", "MERUIT_MODEL": "m"}, "MERUIT_MODEL_URL is"),
    ({"MERUIT_MODEL_URL": "file:///etc/passwd", "MERUIT_MODEL": "m"}, "MERUIT_MODEL_URL is"),
    ({"MERUIT_MODEL_URL": "https://models.example/v1"}, "MERUIT_MODEL is ''; allowed is the name of a model"),
    ({"MERUIT_MODEL_URL": "https://models.example/v1", "MERUIT_MODEL": "m", "MERUIT_MODEL_KEY": "a\nb"}, r"MERUIT_MODEL_KEY is '\*\*\*'"),
])  # fmt: skip
def test_half_a_setting_or_a_wrong_one_stops_with_what_is_allowed(given: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting, match=says) as told:
        endpoint(given)
    assert "secret" not in str(told.value)
    assert KEY not in str(told.value)


def test_the_key_reaches_the_pages_alone() -> None:
    base = {"MERUIT_MODEL_KEY": KEY}
    assert [login for login in (APP, GATE, WORKER) if "MERUIT_MODEL_KEY" in environment_of(login, "url", base)] == [APP]
