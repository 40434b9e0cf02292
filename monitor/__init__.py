"""Who asks, and when: the pages, the scheduler and the command line."""

__version__ = "0.1.0"
