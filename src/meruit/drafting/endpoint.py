"""Where a language model is reached: an address that speaks the OpenAI chat API, a model's name, a key.

Which addresses may be named is told by `settings.model`, which reads them from the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address; `key` may be empty, as it is for most local servers."""

    address: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def chat(self) -> str:
        """The address that is asked."""
        return f"{self.address.rstrip('/')}/chat/completions"

    @property
    def host(self) -> str:
        """Who is told: the host of the address."""
        return httpx.URL(self.address).host
