"""A language model as a drafter: it proposes, and never more than that.

    from meruit.drafting import Consent, Endpoint, Model, draft_set, ask_attorney

    model = Model(Endpoint("http://localhost:11434/v1", "a-model"), today)
    drafted = draft_set(model, document, client="Acme", consent=consent, title="Guidelines", source="acme.md")
    drafted.text            # TOML, marked as drafted by a machine; every rule quotes its clause word for word
    drafted.dropped         # what the model said and the document does not, each with its reason

Off by default: without an address that the firm set there is no model. Nothing of a client leaves the machine
unless that client's consent is handed in (`consent.py`); `client.py` is the one door, and nothing else of the
library goes near a network. What comes back is judged as a stranger's word: a rule whose quotation does not
stand in the document is dropped, a question that names what the entry does not is refused.
"""

from meruit.drafting.client import Model, ModelFailed
from meruit.drafting.consent import Consent, NoConsent
from meruit.drafting.document import Draft, Dropped, draft_set, is_machine_drafted
from meruit.drafting.endpoint import Endpoint
from meruit.drafting.question import NotUsable, Question, ask_attorney

__all__ = [
    "Consent",
    "Draft",
    "Dropped",
    "Endpoint",
    "Model",
    "ModelFailed",
    "NoConsent",
    "NotUsable",
    "Question",
    "ask_attorney",
    "draft_set",
    "is_machine_drafted",
]
