"""Timekeeper classes: the many words for a partner, an associate, a paralegal, as one scale.

A class code on a bill is the firm's, the portal's or LEDES's own word. Rules about who may do what
(level of work, prohibited classes) speak of grades, and this is the one table from code to grade.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Grade(StrEnum):
    """Kinds of timekeepers, most senior first."""

    PARTNER = "partner"
    COUNSEL = "counsel"
    ASSOCIATE = "associate"
    SUMMER = "summer"
    CLERK = "clerk"
    PARALEGAL = "paralegal"
    ASSISTANT = "assistant"
    LIBRARIAN = "librarian"
    SECRETARY = "secretary"
    OTHER = "other"

    @property
    def is_lawyer(self) -> bool:
        """Admitted to practise: partner, counsel, associate."""
        return self in (Grade.PARTNER, Grade.COUNSEL, Grade.ASSOCIATE)


#: Codes of LEDES 1998B in its older style, of the list of 2014, of practice systems and of plain speech.
GRADES: Mapping[str, Grade] = {
    code: grade
    for grade, codes in {
        Grade.PARTNER: "PARTNER PARTNR PTNR PTR PT PAR EQPTR SHAREHOLDER SH MEMBER PRINCIPAL SRPARTNER SP",
        Grade.COUNSEL: "OFCOUN OFCOUNSEL COUNSEL OC CNSL SRCOUNSEL SPECIALCOUNSEL",
        Grade.ASSOCIATE: "ASSOC ASSOCIATE ASC ASSC AS SRASSOC SRASSOCIATE JRASSOC JRASSOCIATE SA JA ATTORNEY",
        Grade.SUMMER: "SUMMER SUMASSOC SUMMERASSOCIATE SUMMERASSOC",
        Grade.CLERK: "CLERK LAWCLERK LC INTERN TRAINEE",
        Grade.PARALEGAL: "PARALG PARALEGAL PARALEG PARA PL PLGL SRPARALEGAL",
        Grade.ASSISTANT: "LGLAST LEGALASSISTANT LA LEGALASST CASEASSISTANT",
        Grade.LIBRARIAN: "LIBRN LIBRARIAN LIB",
        Grade.SECRETARY: "SECY SECRETARY SEC ADMIN",
        Grade.OTHER: "OTHTMKR OTHER OT",
    }.items()
    for code in codes.split()
}


def grade_of(code: str | None) -> Grade | None:
    """The grade behind a class code, in any case, with or without blanks and points; None when unknown."""
    if not code:
        return None
    if code in GRADES:
        return GRADES[code]
    return GRADES.get("".join(c for c in code.upper() if c.isalnum()))
