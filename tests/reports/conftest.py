"""Loads `reports` before any test loads numpy, so that its fits run on one thread in the tests as in the program."""

import reports

assert reports.__doc__ is None
