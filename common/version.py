"""The version of the distribution that both packages come in."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("fast-style")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"
