"""Outside-counsel guidelines: a client's billing rules as data, and the lines judged by them.

    from meruit.guidelines import Context, Entry, Judge, Live, judge, load, read_set

    guidelines = load("RP-1")                       # a built-in set, or the path of a TOML file
    guidelines = read_set(toml_text, "acme")        # the same from text; raises Refused, with line and key
    context = Context(as_of=..., rates=(...), timekeepers=(...), invoices=(Invoice(number=..., date=...),))
    context = read_context(toml_text)               # the same record from `--context FILE.toml`

    judgement = judge(guidelines, entries, context)
    judgement.findings      # meruit.findings.Finding, in the order of the lines
    judgement.unjudged      # Counter of (rule, reason): what could not be judged, never a finding

    ready = Judge(guidelines, context)              # keep it: making it ready is the slow part
    live = Live(ready, entries)                     # for work in progress:
    live.change([entry], removed=["17"])            # re-judges the line and its groups alone
    live.judgement()                                # equal to judging all afresh

An `Entry` is one line, whatever it came from: `id`, `kind` (fee, expense), `narrative`, `date`,
`timekeeper` (its id), `timekeeper_class`, `hours`, `rate`, `amount`, codes, `client`, `matter`,
`client_matter`, `invoice`. None means not known, so a rule that needs it does not judge; an empty text
means known to be blank. Facts of an invoice (dates, period, submission, totals) stand in the context
under its number. An approval names in `what` the slug of the rule it lifts.

The library is pure: no clock (the day is `Context.as_of`), no file but its own data, no database.
Which mistake is worse: telling an attorney that a payable line is not. So a rule that cannot know keeps
silent, and what rests on words says so with a confidence.
"""

from meruit.guidelines.context import (
    Accrual,
    Appeal,
    Approval,
    Budget,
    Context,
    Engagement,
    Invoice,
    OtherRate,
    Rate,
    Receipt,
    Statement,
    Terms,
    Timekeeper,
    Vendor,
)
from meruit.guidelines.engine import Judge, Judgement, Live, judge
from meruit.guidelines.entry import Entry
from meruit.guidelines.params import Refused
from meruit.guidelines.registry import RuleType, types
from meruit.guidelines.sets import GuidelineSet, Rule, load, names, read_set
from meruit.guidelines.toml import read_context

__all__ = [
    "Accrual",
    "Appeal",
    "Approval",
    "Budget",
    "Context",
    "Engagement",
    "Entry",
    "GuidelineSet",
    "Invoice",
    "Judge",
    "Judgement",
    "Live",
    "OtherRate",
    "Rate",
    "Receipt",
    "Refused",
    "Rule",
    "RuleType",
    "Statement",
    "Terms",
    "Timekeeper",
    "Vendor",
    "judge",
    "load",
    "names",
    "read_context",
    "read_set",
    "types",
]
