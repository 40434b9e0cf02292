"""By which law chance marks an item, and what that earns on average: both exact, so that the truth behind it is known."""

import math
from dataclasses import dataclass
from random import Random
from typing import Protocol

from branches.scoring import NO, YES


class Law(Protocol):
    """How one item is marked; a shift of 0 is the chain's own level, in logits, and less is worse."""

    def expected(self, shift: float) -> float:
        """Mean share of the item's points."""

    def draw(self, shift: float, chance: Random) -> str:
        """One mark."""


def share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def logit(share_: float) -> float:
    return math.log(share_ / (1 - share_))


@dataclass(frozen=True)
class YesNo:
    """Yes or no."""

    level: float
    """Logit of a yes."""

    def expected(self, shift: float) -> float:
        return share(self.level + shift)

    def draw(self, shift: float, chance: Random) -> str:
        return YES if chance.random() < share(self.level + shift) else NO


@dataclass(frozen=True)
class Steps:
    """A rating, or a count of which more is better: each step towards the best is taken or not."""

    level: float
    worst: int
    best: int

    def expected(self, shift: float) -> float:
        return share(self.level + shift)

    def draw(self, shift: float, chance: Random) -> str:
        each = share(self.level + shift)
        taken = sum(chance.random() < each for _ in range(abs(self.best - self.worst)))
        return str(self.worst + taken if self.best > self.worst else self.worst - taken)


@dataclass(frozen=True)
class Delay:
    """Seconds or minutes that somebody waits, of which less is better: whole units, geometric, as waits are."""

    mean: float
    worst: int
    best: int

    def expected(self, shift: float) -> float:
        ramp = self._capped_mean(shift, self.worst) - self._capped_mean(shift, self.best)
        return 1 - ramp / (self.worst - self.best)

    def draw(self, shift: float, chance: Random) -> str:
        waited = int(-math.log(1 - chance.random()) * self.mean * math.exp(-shift))
        return str(min(waited, 2 * self.worst))

    def _capped_mean(self, shift: float, cap: int) -> float:
        """E min(wait, cap), the sum of P(wait > j) for j below the cap."""
        longer = math.exp(-math.exp(shift) / self.mean)
        return longer * (1 - longer**cap) / (1 - longer)
