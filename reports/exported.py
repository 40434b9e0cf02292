"""A report's figures as JSON for other programs; docs/json.md describes it field by field."""

from dataclasses import asdict
from typing import Any

from branches.weeks import Week
from reports.figures import Cell, Figures, ItemFigures, SectionFigures
from reports.sheet import ScoreSheet
from reports.variance import Components, components


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures with the names and shape that docs/json.md promises; None where nothing can be said."""
    return {
        "week": None if figures.by_days else str(Week(figures.week)),
        "scope": figures.scope,
        "window": {"from": figures.window_from.isoformat(), "to": figures.window_to.isoformat()},
        "rules": asdict(figures.rules),
        "standard_version": figures.standard_version,
        "design": asdict(figures.design),
        "sections": [_section(section) for section in figures.sections],
        "cells": [_cell(cell, figures) for cell in figures.cells],
        "shoppers": [asdict(leniency) for leniency in figures.shoppers],
        "items": [_item(item) for item in figures.items],
    }


def _section(section: SectionFigures) -> dict[str, Any]:
    return {
        "section": section.section,
        "audits": section.audits,
        "branches": section.branches,
        **_fitted(section),
    }


def _fitted(found: SectionFigures | Components) -> dict[str, Any]:
    return {
        "norm": found.norm,
        "variances": {source: interval.value for source, interval in found.variances.items()},
        "intervals": {source: [interval.low, interval.high] for source, interval in found.variances.items()},
        "criterion": found.criterion,
        "shopper_over_branch": found.shopper_over_branch,
        "shares": {source: interval.value for source, interval in found.shares.items()},
        "share_intervals": {source: [interval.low, interval.high] for source, interval in found.shares.items()},
    }


def _cell(cell: Cell, figures: Figures) -> dict[str, Any]:
    return {
        "branch": cell.branch,
        "name": figures.branch_names[cell.branch],
        "region": figures.branch_regions[cell.branch],
        **{key: value for key, value in asdict(cell).items() if key not in ("branch", "state")},
        "state": cell.state.value,
    }


def _item(item: ItemFigures) -> dict[str, Any]:
    return {
        "item": item.code,
        "section": item.section,
        "applicable": item.applicable,
        "kept": item.kept,
        "rate": item.rate.value,
        "rate_interval": [item.rate.low, item.rate.high],
        "whose": item.whose.value,
        "probability": item.probability,
        "worst_fifth": None if item.share is None else item.share.value,
        "worst_fifth_interval": None if item.share is None else [item.share.low, item.share.high],
        "shares": {source: interval.value for source, interval in item.sources.items()},
        "share_intervals": {source: [interval.low, interval.high] for source, interval in item.sources.items()},
    }


def components_json(
    sheet: ScoreSheet, effects: tuple[str, ...], *, known_shoppers: bool, half_life_weeks: float
) -> dict[str, Any]:
    """Each section fitted alone: how much the chosen effects differ, in points², with 90 % intervals beside."""
    return {
        "sections": [
            _components(components(sheet, section, effects, known_shoppers=known_shoppers, half_life=half_life_weeks))
            for section in sheet.sections
        ]
    }


def _components(found: Components) -> dict[str, Any]:
    return {"section": found.section, "audits": found.audits, **_fitted(found)}
