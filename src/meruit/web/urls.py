"""Addresses of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from meruit.web.views import (
    aside,
    attention,
    bills,
    checks,
    cuts,
    decisions,
    entries,
    home,
    imports,
    me,
    money,
    people,
    playbooks,
    prebills,
    questions,
    rules,
    submissions,
    wip,
)

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

handler404 = "meruit.web.errors.not_found"
handler500 = "meruit.ui.trouble.answer"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("decisions/", decisions.listed, name="decisions"),
    path("decisions/batch/", decisions.batch, name="decisions-batch"),
    path("decisions/<int:proposal_id>/", decisions.one, name="decision"),
    path("prebills/", prebills.listed, name="prebills"),
    path("prebills/<int:prebill_id>/", prebills.one, name="prebill"),
    path("prebills/<int:prebill_id>/<slug:move>/", prebills.act, name="prebill-act"),
    path("wip/", wip.listed, name="wip"),
    path("wip/<int:matter_id>/", wip.one, name="wip-matter"),
    path("bills/", bills.listed, name="bills"),
    path("bills/<int:invoice_id>/", bills.one, name="bill"),
    path("bills/<int:invoice_id>/make/", bills.make, name="bill-make"),
    path("bills/<int:invoice_id>/pay/", bills.pay, name="bill-pay"),
    path("bills/<int:invoice_id>/lower/", money.lower, name="bill-lower"),
    path("cuts/<int:reduction_id>/", cuts.one, name="cut"),
    path("payments/", money.payments, name="payments"),
    path("payments/<int:payment_id>/", money.payment, name="payment"),
    path("submissions/", submissions.listed, name="submissions"),
    path("submissions/<int:submission_id>/", submissions.one, name="submission"),
    path("submissions/<int:submission_id>/<slug:move>/", submissions.act, name="submission-act"),
    path("statuses/<int:event_id>/note/", submissions.note, name="event-note"),
    path("bills/<int:invoice_id>/file/<slug:form>/", bills.file, name="bill-file"),
    path("revisions/<int:revision_id>/", bills.revision, name="revision-file"),
    path("entries/", entries.listed, name="entries"),
    path("entries/release/", entries.release, name="entries-release"),
    path("suggestions/", entries.suggestions, name="suggestions"),
    path("suggestions/dismiss/", entries.dismiss, name="suggestions-dismiss"),
    path("suggestions/<int:suggestion_id>/take/", entries.take, name="suggestion-take"),
    path("imports/", imports.listed, name="imports"),
    path("imports/template/<slug:record>.csv", imports.template, name="import-template"),
    path("imports/file/<str:sha256>/<slug:record>/", imports.file, name="import-file"),
    path("imports/<int:batch_id>/", imports.one, name="import"),
    path("imports/<int:batch_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:batch_id>/go-on/", imports.go_on, name="import-go-on"),
    path("imports/<int:batch_id>/aside.csv", aside.asides, name="import-asides"),
    path("imports/<int:batch_id>/aside.xlsx", aside.asides_sheet, name="import-asides-sheet"),
    path("imports/<int:batch_id>/correct/", aside.correct, name="import-correct"),
    path("imports/<int:batch_id>/rows/<int:row_id>/", aside.row, name="import-row"),
    path("people/", people.listed, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/<int:person_id>/", people.one, name="person"),
    path("people/<int:person_id>/role/", people.grant, name="person-grant"),
    path("lines/<int:line_id>/question/", questions.draft, name="line-question"),
    path("rules/", rules.listed, name="rules"),
    path("rules/<int:set_id>/", rules.one, name="rule-set"),
    path("rules/<int:set_id>/accept/", rules.propose, name="rule-set-propose"),
    path("rules/<int:set_id>/dry-run/", rules.rehearse, name="rule-dry-run"),
    path("playbooks/", playbooks.listed, name="playbooks"),
    path("playbooks/<int:payer_id>/", playbooks.one, name="playbook"),
    path("playbooks/<int:payer_id>/edit/", playbooks.edit, name="playbook-edit"),
    path("checks/", checks.page, name="checks"),
    path("attention/", attention.page, name="attention"),
    path("attention/words/<int:event_id>/", attention.note, name="attention-note"),
    path("attention/reviews/<int:decision_id>/", attention.review, name="attention-review"),
    path("me/", me.mine, name="me"),
    path("me/stand-in/", me.stand_in, name="stand-in"),
    path("me/stand-in/<int:stand_in_id>/end/", me.end_stand_in, name="stand-in-end"),
    path("me/standing/", me.standing, name="standing"),
    path("me/standing/<int:standing_id>/end/", me.end_standing, name="standing-end"),
    path("me/sessions/<int:session_id>/end/", me.end_session, name="session-end"),
    path("sign-out/", me.sign_out, name="sign-out"),
]
