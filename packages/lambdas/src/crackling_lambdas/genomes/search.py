"""Search NCBI's genomes, for users who do not know an accession."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from crackling.errors import InputError, TransferError
from crackling_lambdas.errors import InvalidError, UpstreamError

if TYPE_CHECKING:
    from crackling.ncbi import Assembly
    from crackling_lambdas.genomes.expectation import Expectations

MAX_ASSEMBLIES = 20


class Catalogue(Protocol):
    """Find assemblies; implemented by crackling.ncbi.Ncbi."""

    def search(self, text: str, limit: int) -> list[Assembly]:
        """Return the assemblies for an organism's name or an accession.

        Raises:
            InputError: the accession cannot be used; the message says why.
            TransferError: the catalogue cannot be reached.
        """


class SearchResult(NamedTuple):
    """Hold an assembly and how many seconds its preparation would take."""

    assembly: Assembly
    expected_seconds: float


@dataclass(frozen=True, kw_only=True)
class Search:
    """Search assemblies by an organism's name or by an accession."""

    catalogue: Catalogue
    expectations: Expectations

    def find(self, text: str) -> list[SearchResult]:
        """Return at most MAX_ASSEMBLIES assemblies, the best match first.

        Raises:
            InvalidError: the accession cannot be used.
            UpstreamError: NCBI cannot be reached.
        """
        try:
            found = self.catalogue.search(text, MAX_ASSEMBLIES)
        except InputError as error:
            raise InvalidError(str(error)) from None
        except TransferError as error:
            raise UpstreamError(str(error)) from None
        seconds = self.expectations.of([one.bases for one in found])
        return list(map(SearchResult, found, seconds))
