"""The same brand and team as the console's."""

from tests.web.console.conftest import brand, shop, team

__all__ = ["brand", "shop", "team"]
