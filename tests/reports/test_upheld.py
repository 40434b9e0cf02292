"""Which share of a branch's appeals is upheld, and when that is too few to say."""

from hypothesis import given
from hypothesis import strategies as st

from branches.language import codes, language
from reports import upheld, wording

DECIDED = st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_a_share_has_the_exact_interval() -> None:
    found = upheld.share(3, 10)
    assert found is not None
    assert (found.value, round(found.low, 4), round(found.high, 4)) == (0.3, 0.0873, 0.6066)  # Clopper & Pearson (1934)


def test_few_decided_appeals_are_too_few_to_say() -> None:
    said = [upheld.words(language("en"), 2, n) for n in (0, 9, 10)]
    assert said == [wording.NOTHING, "too few to say", "20% (likely 4% to 51%)"]
    assert [upheld.share(2, n) for n in (0, 9)] == [None, None]


@given(DECIDED)
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(counted: tuple[int, int]) -> None:
    found = upheld.share(*counted)
    if found is None:
        assert counted[1] < upheld.FEWEST
    else:
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@given(st.integers(10, 200), st.data())
def test_one_more_upheld_never_lowers_the_interval(decided: int, data: st.DataObject) -> None:
    fewer = data.draw(st.integers(0, decided - 1))
    one, other = upheld.share(fewer, decided), upheld.share(fewer + 1, decided)
    assert one is not None
    assert other is not None
    assert (one.low < other.low, one.high <= other.high) == (True, True)


def test_every_language_words_it() -> None:
    for code in codes():
        assert "[en]" not in upheld.words(language(code), 3, 12) + upheld.words(language(code), 1, 2)
