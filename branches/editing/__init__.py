"""Editing the standard: a draft of the next version, changed step by step, told its faults, published when it has none."""
