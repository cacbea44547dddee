"""Worlds: what is true in each, as data."""

from lianyi.lab.worlds.reading import WorldUnreadable, read_world, world_names
from lianyi.lab.worlds.world import World

__all__ = ["World", "WorldUnreadable", "read_world", "world_names"]
