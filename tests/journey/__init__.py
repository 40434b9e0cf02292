"""The people of the journey, and the chain in which it is made; what they find wrong is told in full."""

import pytest

pytest.register_assert_rewrite(*(f"tests.journey.{name}" for name in ("office", "phone", "readers", "shopper")))
