"""A standard as XLSForm: it comes back as it went, and other programs take it for a form."""

from io import BytesIO

import pytest
from hypothesis import given
from pyxform.xls2xform import convert

from branches.exchange.shipped import SHIPPED, read_standard
from branches.exchange.toml_out import written_standard
from branches.exchange.written import WrittenStandard
from branches.exchange.xlsform import read_xlsform, xlsform
from branches.exchange.xlsform.writing import said
from tests.branches import drawn


@pytest.mark.slow
@given(standard=drawn.standards())
def test_any_standard_comes_back_from_its_xlsform(standard: WrittenStandard) -> None:
    read = read_xlsform(xlsform(standard))
    assert said(read.standard) == said(standard)
    assert read.remarks == ()


@pytest.mark.slow
@given(standard=drawn.standards())
def test_any_standard_comes_back_from_its_toml(standard: WrittenStandard) -> None:
    assert said(written_standard(drawn.stored(standard))) == said(standard)


@pytest.mark.slow
@given(standard=drawn.standards())
def test_other_programs_take_any_standard_for_a_form(standard: WrittenStandard) -> None:
    assert "<h:html" in convert(BytesIO(xlsform(standard)), file_type=".xlsx", validate=False).xform
