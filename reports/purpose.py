"""What all of it is for: one sentence, wherever the results of a branch are shown, sent or taken home."""

from branches.language import Language


def purpose(language: Language) -> str:
    """Why is this measured, and what is it not to be used for?"""
    return language.say("Made so that service gets better; not for judging or disciplining single people.")
