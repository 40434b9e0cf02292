"""Run by hand, each as `python -m benchmarks.NAME`; `reports` is loaded first: it settles numpy's threads."""

import reports as reports
