"""Rows of an import that were set aside: put right one by one on a page, or all together in a table that comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core.problems import FileRefused
from meruit.web import downloads, running, uploads
from meruit.web.forms import Form, Text
from meruit.web.page import actor_of, show, tell
from meruit.web.views.imports import PLACE, Corrections, batch_of, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.imports.models import Batch, SetAside


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, batch_id: int, row_id: int) -> HttpResponse:
    """One row that was set aside: its cells as they stood, what is wrong beside each, corrected or dropped."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    aside = takers.row(actor, batch, row_id)
    form = Cells(batch, aside, request.POST if request.method == "POST" else None)
    dropping = request.POST.get("then") == "drop"
    if request.method == "POST" and form.is_valid():
        acting = takers.as_(actor)
        if dropping and not form.cleaned_data["why"]:
            form.refuse("Say why the row is not wanted.", "why")
        elif dropping:
            actions.drop(acting, aside, form.cleaned_data["why"])
            tell(request, f"Line {aside.line} is dropped; it stays on record with your reason.")
            return _onward(actor, batch, aside)
        else:
            outcome = actions.correct(acting, batch.record, aside, form.cells, takers.taker(actor, batch.record))
            if outcome == "taken":
                tell(request, f"Line {aside.line} is taken.")
                return _onward(actor, batch, aside)
            form.say(outcome)
    if request.method != "POST":
        form.say(aside.reason)
    return show(
        request,
        "web/import_row.html",
        PLACE,
        {"batch": batch, "aside": aside, "form": form, "left": len(takers.waiting(actor, batch))},
        status=400 if request.method == "POST" else 200,
    )


class Cells(Form):
    """The cells of a row by their columns; those that belong to a field first."""

    why = Text(label="Why the row is not wanted", required=False)

    def __init__(self, batch: Batch, aside: SetAside, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.mapped = {header: name for name, header in batch.mapping.columns.items()}
        headers = [h for h in self.mapped if h in aside.raw] + [h for h in aside.raw if h and h not in self.mapped]
        self.named = {f"cell-{place}": header for place, header in enumerate(headers)}
        for name, header in self.named.items():
            long = len(str(aside.raw[header])) > 60
            self.fields[name] = Text(label=header, required=False, initial=aside.raw[header], rows=3 if long else 1)
            self.fields[name].widget.attrs["class"] = "form-control"
        self.said: dict[str, list[str]] = {}
        self.said_of_all: list[str] = []

    @property
    def cells(self) -> dict[str, str]:
        """What the cells say now."""
        return {header: self.cleaned_data[name] for name, header in self.named.items()}

    def say(self, outcome: str) -> None:
        """Put each reason beside the cell it speaks of."""
        known = {*self.named.values(), *self.mapped.values()}
        by_name = {h: n for n, h in self.named.items()} | {
            self.mapped[h]: n for n, h in self.named.items() if h in self.mapped
        }
        self.said, self.said_of_all = {}, []
        for about, says in reasons(outcome, known):
            if about in by_name:
                self.said.setdefault(by_name[about], []).append(says)
                name = by_name[about]
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
            else:
                self.said_of_all.append(says)

    def lines(self) -> Iterable[tuple[Any, list[str], bool]]:
        """Each cell with what is wrong with it, and whether it is a field at all."""
        for name, header in self.named.items():
            yield self[name], self.said.get(name, []), header in self.mapped


def reasons(outcome: str, known: Iterable[str]) -> list[tuple[str, str]]:
    """Why a row cannot be taken, part by part: the column or field that each part speaks of, and what it says."""
    names = sorted((re.escape(name) for name in known if name), key=len, reverse=True)
    starts = list(re.finditer(rf"(?:^|; )({'|'.join(names)}): ", outcome)) if names else []
    if not starts or starts[0].start() > 0:
        return [("", outcome)]
    ends = [m.start() for m in starts[1:]] + [len(outcome)]
    return [(m[1], outcome[m.end() : end]) for m, end in zip(starts, ends, strict=True)]


@require_safe
def asides(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The rows that wait as a table, to be corrected elsewhere and brought back."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    return downloads.csv_of(takers.asides(batch, takers.waiting(actor, batch)), f"aside-{batch.pk}.csv")


@require_safe
def asides_sheet(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The same as a sheet, every cell as text: no program makes another date or number of it."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    return downloads.sheet_of(takers.asides(batch, takers.waiting(actor, batch)), f"aside-{batch.pk}.xlsx")


@require_POST
def correct(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Try rows that wait again, as a corrected table says them."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    form = Corrections(request.POST, request.FILES)
    if form.is_valid():
        try:
            running.retry(actor, uploads.keep(request, actor, form.cleaned_data["file"]), batch)
            return redirect("import", batch_id=batch.pk)
        except FileRefused as refused:
            form.refuse(refused, "file")
    return page_of(request, actor, batch, form)


def _onward(actor: Actor, batch: Batch, done: SetAside) -> HttpResponse:
    """To the next row that waits, or back to the batch."""
    rest = takers.waiting(actor, batch)
    after = next((r for r in rest if r.line > done.line), rest[0] if rest else None)
    if after is None:
        return redirect("import", batch_id=batch.pk)
    return redirect("import-row", batch_id=batch.pk, row_id=after.pk)
