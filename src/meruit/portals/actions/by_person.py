"""What a person does about an e-bill at its portal: answers, takes it back, loses and finds sight of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.authority import access as authority_access
from meruit.authority.errors import Invalid, NoAuthority
from meruit.portals import access, core
from meruit.portals.actions.moving import move

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

#: Roles that speak to a client for the firm.
ANSWERS = ("attorney", "billing partner")
FINDS = {
    state: found
    for (from_, found), (state, _) in core.MOVES.items()
    if from_ is core.State.LOST_SIGHT and found is not core.Move.VANISH
}


def answer(actor: Actor, submission_id: int, text: str) -> None:
    """Answer what the client asked; its review goes on. The words go to the client as the firm's."""
    if actor.is_system:
        raise NoAuthority("A client's question is answered by an attorney.")
    authority_access.require(actor, *ANSWERS)
    submission = access.submission(actor, submission_id)
    _must_say(text, "Write the answer.")
    move(actor, submission, core.Move.ANSWER, reason=text)


def withdraw(actor: Actor, submission_id: int, reason: str) -> None:
    """Take an e-bill back that nobody has collected, or discard what is only a draft at the portal."""
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    _must_say(reason, "Say why the bill is taken back.")
    draft = submission.state == core.State.PORTAL_DRAFT
    move(actor, submission, core.Move.DISCARD if draft else core.Move.RECALL, reason=reason)


def lose_sight(actor: Actor, submission_id: int, reason: str) -> None:
    """The portal does not show the bill any more, and its end was never read."""
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    _must_say(reason, "Say how it was noticed.")
    move(actor, submission, core.Move.VANISH, reason=reason)


def find(actor: Actor, submission_id: int, state: core.State, how: str) -> None:
    """A bill out of sight was found again: by a report, a mail, or the client's word."""
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    _must_say(how, "Say how it was found.")
    if state not in FINDS:
        raise Invalid(f"A bill that is out of sight is not found {state.replace('_', ' ')}.")
    move(actor, submission, FINDS[state], reason=how)


def _must_say(text: str, wanted: str) -> None:
    if not text.strip():
        raise Invalid(wanted)
