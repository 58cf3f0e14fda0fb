"""LEDES 2000 and LEDES XML 2.0, 2.1, 2.2: read safely, judged, written.

    from meruit.ledes import xml

    bill = xml.read(data, name="bill.xml")            # File, as every format gives it
    findings = list(xml.check(bill))
    data = xml.write(bill, "LEDESXML2.1")

`meruit.ledes.read`, `check` and `write` come here for every file that begins with `<`.
"""

from meruit.ledes.xml.check import check
from meruit.ledes.xml.complete import complete
from meruit.ledes.xml.nodes import Limits
from meruit.ledes.xml.read import read
from meruit.ledes.xml.write import write

__all__ = ["Limits", "check", "complete", "read", "write"]
