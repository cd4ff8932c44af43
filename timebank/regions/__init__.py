"""The tree of regions and its yearly figures."""
