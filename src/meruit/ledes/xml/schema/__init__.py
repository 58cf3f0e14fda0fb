"""The RELAX NG schemas of the XML formats, written apart from the tables so that two ways must agree."""

from __future__ import annotations

from functools import cache
from importlib import resources

from lxml import etree

FILES = {"LEDESXML2.0": "ledesxml20.rng", "LEDESXML2.1": "ledesxml21.rng", "LEDESXML2.2": "ledesxml22.rng"}


@cache
def schema(format_name: str) -> etree.RelaxNG:
    """The schema of a version; `schema(name).error_log` tells what `validate` minded."""
    text = (resources.files("meruit.ledes.xml.schema") / FILES[format_name]).read_bytes()
    return etree.RelaxNG(etree.fromstring(text))
