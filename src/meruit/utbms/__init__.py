"""UTBMS: the code sets in which legal work and cost are classified, as data with names and parents.

    from meruit import utbms

    utbms.lookup("L310")        # Code(code="L310", kind="task", title="Written Discovery", ...)
    utbms.known("E999")         # False
    utbms.kind_of("A104")       # "activity"
    utbms.normal(" l31O ")      # "L310": case, blanks and the letter O for zero
    utbms.sets()                # every set with its maker and year
    utbms.carried_to("A112", "ABA-ACTIVITY")   # ("A109", "A111"): where only the old list is accepted

The same code may stand in several sets (L110 in two litigation lists), so a code is known by set and
code; without a set the oldest list that has it answers. A client's own list stands above all of these.
"""

from meruit.utbms.codes import (
    Code,
    CodeSet,
    billable,
    carried_to,
    children,
    every,
    kind_of,
    kindred,
    known,
    lookup,
    normal,
    plausible,
    sets,
    title,
)
from meruit.utbms.grades import GRADES, Grade, grade_of

__all__ = [
    "GRADES",
    "Code",
    "CodeSet",
    "Grade",
    "billable",
    "carried_to",
    "children",
    "every",
    "grade_of",
    "kind_of",
    "kindred",
    "known",
    "lookup",
    "normal",
    "plausible",
    "sets",
    "title",
]
