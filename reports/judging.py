"""How a report judges, as a reader may check it: the rules that stand under every report."""

from branches.language import Language
from reports.figures import Rules
from reports.wording import UNSURE, short_number


def rules(language: Language, rules: Rules) -> tuple[str, ...]:
    """The rules of the judgement, as a reader may check them."""
    sentences = [
        language.say(
            "An audit is one visit or call by a shopper, who is unknown to the branch; each answers the same questions everywhere."
        ),
        language.say(
            "The norm is the mean of the branches' mean scores. Each branch is held against that of all the other branches, so its norm differs slightly from the others'."
        ),
        language.say(
            "A branch falls short when it is probably more than {margin} points below the norm; a flag is a false alarm where in truth it is not that far below. Flags are chosen over the whole chain so that of 100 at most {most} are expected to be false alarms; those of one region may be surer or less sure.",
            margin=short_number(language, rules.margin),
            most=short_number(language, round(100 * rules.false_share, 6)),
        ),
        language.say("“Watch” means more likely short than not, but not sure enough for a flag."),
        language.say("“As the norm” means that no clear difference was found; it does not prove that there is none."),
        language.say(
            "“Not sure” is said in its place where a shortfall of more than {margin} points has a probability of {share} or more.",
            margin=short_number(language, rules.margin),
            share=language.percent(UNSURE),
        ),
        language.say("“Likely” gives the range that holds the true difference nine times in ten."),
        language.say(
            "“Above” means probably more than {margin} points above the norm, chosen by the same rule.",
            margin=short_number(language, rules.margin),
        ),
    ]
    if rules.half_life_weeks > 0:
        sentences.append(
            language.say(
                "In the estimate an audit that is {weeks} weeks old counts half; in score and norm all audits count alike.",
                weeks=short_number(language, rules.half_life_weeks),
            )
        )
    return tuple(sentences)
