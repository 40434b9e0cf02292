"""python -m branches.translations [CODE …]: every catalogue, and those named, learn the sentences the program says now."""

import sys

from branches.language import ORIGINAL, codes
from branches.translations.gather import template, update

if __name__ == "__main__":
    said = template()
    for code in {*codes(), *sys.argv[1:]} - {ORIGINAL}:
        update(code, said)
