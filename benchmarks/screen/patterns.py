"""Two hundred patterns as a guideline set, and as the list that other searchers take.

`MERUIT_FIELD/bench/rules.py` gives them where it is present; otherwise they are put together here from
acts and things of office work. All are of the subset that every regular expression engine reads.
"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

ACTS = [
    "schedul(?:e|ed|ing)", "index(?:ed|ing)?", "label(?:ed|ing)?", "sort(?:ed|ing)?", "scan(?:ned|ning)?",
    "upload(?:ed|ing)?", "forward(?:ed|ing)?", "train(?:ed|ing)?", "proof(?:ed|ing)?", "calendar(?:ed|ing)?",
]  # fmt: skip
THINGS = [
    "files?", "folders?", "binders?", "exhibits?", "transcripts?", "deadlines?", "hearings?", "invoices?", "letters?",
    "meetings?", "records?", "forms?", "notices?", "drafts?", "boxes", "tabs", "copies", "mail", "calls?", "dockets?",
]  # fmt: skip


def patterns(count: int = 200) -> list[str]:
    """The patterns, all meant without regard to case."""
    field = Path(os.environ.get("MERUIT_FIELD", "")) / "bench" / "rules.py"
    if os.environ.get("MERUIT_FIELD") and field.is_file():
        spec = importlib.util.spec_from_file_location("field_rules", field)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return list(module.rules(count))
    return [rf"\b{act}\b.{{0,24}}\b{thing}\b" for act in ACTS for thing in THINGS][:count]


def as_set(found: list[str]) -> str:
    """The patterns as a guideline set, one rule each."""
    rules = (
        "[[rule]]\n"
        'type = "prohibited-phrase"\n'
        f'params = {{ phrases = [], patterns = [{json.dumps(pattern)}], match = "anywhere" }}\n'
        for pattern in found
    )
    return '[set]\nclient = "Benchmark"\ntitle = "Patterns"\nversion = "1"\n\n' + "\n".join(rules)
