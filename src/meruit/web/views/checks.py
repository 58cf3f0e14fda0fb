"""How good are the checks: on labelled entries as measured, and in life as people and payers answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from meruit.disputes import hindsight, outcomes
from meruit.guidelines import types
from meruit.web.accuracy import measured
from meruit.web.page import actor_of, show

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PLACE = "checks"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Precision, recall and false alarms from labels; override rate, cuts and what passed from the application."""
    actor = actor_of(request)
    found = measured()
    titles = {kind.slug: kind.title for kind in types().values()}
    chosen = next((p for p in found.parts if p.title == request.GET.get("part")), found.parts[-1])
    labelled = [
        (rule, titles.get(rule, rule), count, chosen.alarms_per_100(rule))
        for rule, count in sorted(chosen.rules.items(), key=lambda item: (-item[1].positives, item[0]))
    ]
    lived = outcomes.by_rule(actor)
    told = [(verdict, hindsight.SAYS[verdict], count) for verdict, count in outcomes.verdicts(actor)]
    cuts = sum(count for _, _, count in told)
    return show(
        request,
        "web/checks.html",
        PLACE,
        {
            "measured": found,
            "chosen": chosen,
            "labelled": labelled,
            "recall_bars": [
                (rule, count.recall, f"{100 * count.recall:.0f} %")
                for rule, _, count, _ in labelled[:12]
                if count.recall is not None
            ],
            "lived": [(titles.get(one.rule, one.rule), one) for one in lived],
            "told": told,
            "cuts": cuts,
            "verdict_bars": [(verdict, count / cuts, str(count)) for verdict, _, count in told] if cuts else [],
        },
    )
