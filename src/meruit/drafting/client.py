"""The one door to a language model: a chat request over HTTP, bounded in time, size and attempts.

Which mistake is worse: sending what may not be sent. So consent is asked before a connection is opened, redirects
are not followed (they would carry the text to a host that nobody named) and proxies of the environment are not used.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from meruit.drafting import consent as consents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from meruit.drafting.consent import Consent
    from meruit.drafting.endpoint import Endpoint

#: Answers that may be otherwise in a moment (RFC 9110, RFC 6585 for 429).
AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class ModelFailed(RuntimeError):
    """The model gave no usable answer; the text is a full sentence."""


class _Passing(ModelFailed):
    """It may answer if asked again; `after_seconds` where it said when."""

    def __init__(self, sentence: str, after_seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.after_seconds = after_seconds


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long, how much, how often. The whole answer counts, not each piece of it: a drip is not an answer."""

    connect_seconds: float = 10.0
    answer_seconds: float = 180.0
    attempts: int = 3
    pause_seconds: float = 2.0
    longest_pause_seconds: float = 30.0
    most_sent_bytes: int = 400_000
    most_read_bytes: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be asked on a day. `pause` waits between attempts; tests hand in one that does not."""

    endpoint: Endpoint
    today: date
    bounds: Bounds = Bounds()
    pause: Callable[[float], None] = time.sleep

    def ask(self, instructions: str, words: str, *, client: str, consent: Consent | None) -> str:
        """The model's answer to `words` of `client`. Raises `NoConsent` before anything is sent, or `ModelFailed`."""
        consents.require(consent, client, self.today)
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": words}]
        body = json.dumps({"model": self.endpoint.model, "messages": messages, "stream": False}).encode()
        if len(body) > self.bounds.most_sent_bytes:
            raise ModelFailed(
                f"The text is {len(body):,} bytes long; at most {self.bounds.most_sent_bytes:,} are sent at once."
            )
        return _answer(self._settled(body), self.endpoint)

    def _settled(self, body: bytes) -> bytes:
        """The bytes of the answer, asked for as often as the bounds allow."""
        for attempt in range(1, self.bounds.attempts + 1):
            try:
                return self._asked(body)
            except _Passing as failure:
                if attempt == self.bounds.attempts:
                    often = f" It was asked {attempt} times." if attempt > 1 else ""
                    raise ModelFailed(f"{failure}{often}") from failure
                wait = failure.after_seconds or self.bounds.pause_seconds * 2 ** (attempt - 1)
                self.pause(min(wait, self.bounds.longest_pause_seconds))
        raise AssertionError("the bounds allow no attempt")

    def _asked(self, body: bytes) -> bytes:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.endpoint.key:
            headers["authorization"] = f"Bearer {self.endpoint.key}"
        end = time.monotonic() + self.bounds.answer_seconds
        timeout = httpx.Timeout(self.bounds.answer_seconds, connect=self.bounds.connect_seconds)
        try:
            with (
                httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as http,
                http.stream("POST", self.endpoint.chat, content=body, headers=headers) as response,
            ):
                read = self._read(response, end)
        except httpx.TimeoutException:
            raise _Passing(f"{self.endpoint.host} did not answer in {self.bounds.answer_seconds:g} seconds.") from None
        except httpx.HTTPError as error:
            raise _Passing(f"{self.endpoint.host} cannot be reached: {error}.") from None
        if response.status_code in AGAIN:
            raise _Passing(_said(response.status_code, read, self.endpoint), _after(response))
        if response.status_code != 200:
            raise ModelFailed(_said(response.status_code, read, self.endpoint))
        return read

    def _read(self, response: httpx.Response, end: float) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > self.bounds.most_read_bytes:
                raise ModelFailed(f"{self.endpoint.host} sent more than {self.bounds.most_read_bytes:,} bytes.")
            if time.monotonic() > end:
                raise _Passing(f"{self.endpoint.host} took longer than {self.bounds.answer_seconds:g} seconds.")
        return b"".join(parts)


def _answer(data: bytes, endpoint: Endpoint) -> str:
    """The text in an answer of the chat API, or a sentence about what it is instead."""
    try:
        choice: Any = json.loads(data)["choices"][0]
        text, end = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise ModelFailed(f"{endpoint.host} answered, but not as the chat API does.") from None
    if end == "length":
        raise ModelFailed(f"{endpoint.model} was cut off before the end of its answer.")
    if not isinstance(text, str) or not text.strip():
        raise ModelFailed(f"{endpoint.model} gave no text (it ended with {end!r}).")
    return text


def _said(status: int, data: bytes, endpoint: Endpoint) -> str:
    """What a refusal says of itself, short enough to read; never the key, which some servers repeat."""
    try:
        error = json.loads(data)["error"]
        words = str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, TypeError, RecursionError):
        words = ""
    if endpoint.key:
        words = words.replace(endpoint.key, "***")
    said = " ".join(words.split())[:300].rstrip(".")
    return f"{endpoint.host} answered {status}" + (f": {said}." if said else ".")


def _after(response: httpx.Response) -> float | None:
    """`Retry-After` in seconds; the form with a date is rare here and not read."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() and float(value) > 0 else None
