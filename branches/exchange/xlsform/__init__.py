"""A standard in and out as XLSForm, the spreadsheet that ODK, KoboToolbox and others read forms from."""

from branches.exchange.xlsform.reading import ReadForm, read_xlsform
from branches.exchange.xlsform.writing import xlsform

__all__ = ["ReadForm", "read_xlsform", "xlsform"]
