"""Define the API's answers about itself, as OpenAPI describes them."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from crackling.about import INDEX_FORMAT, METHODS, MODEL, VERSION, Method
from crackling.publications import Publication
from crackling.results import FORMATS, Format
from crackling.results.columns import COLUMN, WARNINGS, Column
from crackling.results.ranking import RANKING, RANKING_TEXT
from crackling_lambdas.api.views import View
from crackling_lambdas.jobs.submission import MAX_QUERY_BASES, MAX_QUERY_GUIDES, MAX_QUERY_LETTERS


class VersionsView(View):
    """The versions that results depend on."""

    package: str
    index_format: int
    model: str

    @classmethod
    def now(cls) -> Self:
        return cls(package=VERSION, index_format=INDEX_FORMAT, model=MODEL)


class PublicationView(View):
    """An article to cite."""

    authors: Annotated[str, Field(examples=["Hsu et al."])]
    year: int
    title: str
    journal: Annotated[str, Field(description="Its abbreviated name, with volume and first page.")]
    doi: str

    @classmethod
    def of(cls, publication: Publication) -> Self:
        return cls(
            authors=publication.authors,
            year=publication.year,
            title=publication.title,
            journal=publication.journal,
            doi=publication.doi,
        )


class MethodView(View):
    """A method that results rest on."""

    name: str
    gives: Annotated[str, Field(description="The columns that it gives, and how.")]
    citation: Annotated[str, Field(description="Its publications on one line.")]
    publications: list[PublicationView]

    @classmethod
    def of(cls, method: Method) -> Self:
        publications = [PublicationView.of(publication) for publication in method.publications]
        return cls(name=method.name, gives=method.gives, citation=method.citation, publications=publications)


class ColumnView(View):
    """A column of the results, as people see it."""

    name: Annotated[str, Field(description="Its name in targets and files, or that of a derived figure.")]
    title: Annotated[str, Field(description="Its heading.")]
    text: Annotated[str, Field(description="What it means.")]
    decimals: Annotated[int | None, Field(description="Of a figure, where people read it.")]
    threshold: Annotated[float | None, Field(description="The lowest value that is accepted.")]

    @classmethod
    def of(cls, column: Column) -> Self:
        return cls(
            name=column.name,
            title=column.title,
            text=column.text,
            decimals=column.shown_decimals,
            threshold=column.threshold,
        )


class WarningView(View):
    """A warning that a guide may get."""

    name: Annotated[
        str, Field(description="As `warnings` has it; `perfect matches` stands behind their number.")
    ]
    text: Annotated[str, Field(description="What it means.")]


class RankingView(View):
    """The order of guides from the best to the worst."""

    criteria: Annotated[
        list[list[str]],
        Field(
            description="Columns by which guides are compared, in turn. The value of a criterion is the lowest of its columns; "
            "the higher value is better, and true is better than false. Guides that are equal keep the order of the query."
        ),
    ]
    text: Annotated[str, Field(description="The same in words.")]


class FormatView(View):
    """A format that the results of a job can be exported in."""

    format: Annotated[Format, Field(description="Its name for `GET /jobs/{job_id}/export`.")]
    title: str
    text: Annotated[str, Field(description="What it is for.")]
    ending: Annotated[str, Field(description="The usual ending of file names, without a dot.")]


class LimitsView(View):
    """Tell how large the query of a job may be."""

    bases: Annotated[int, Field(description="Of a sequence.")]
    guides: Annotated[int, Field(description="Of a list.")]
    letters: Annotated[int, Field(description="Of either, with headers and line ends.")]


class AboutView(View):
    """Versions, methods, columns, formats and limits."""

    versions: VersionsView
    methods: list[MethodView]
    columns: list[ColumnView]
    warnings: list[WarningView]
    ranking: RankingView
    formats: list[FormatView]
    limits: LimitsView
    mail_domains: Annotated[
        list[str],
        Field(description="Domains of the addresses that jobs can email; empty if no email is sent."),
    ]

    @classmethod
    def of(cls, mail_domains: Sequence[str]) -> Self:
        """Return what the science defines, with the domains that this deployment sends email to."""
        return cls(
            versions=VersionsView.now(),
            methods=[MethodView.of(method) for method in METHODS],
            columns=[ColumnView.of(column) for column in COLUMN.values()],
            warnings=[WarningView(name=name, text=text) for name, text in WARNINGS.items()],
            ranking=RankingView(criteria=[list(criterion) for criterion in RANKING], text=RANKING_TEXT),
            formats=[
                FormatView(format=name, title=one.title, text=one.text, ending=one.endings[0])
                for name, one in FORMATS.items()
            ],
            limits=LimitsView(bases=MAX_QUERY_BASES, guides=MAX_QUERY_GUIDES, letters=MAX_QUERY_LETTERS),
            mail_domains=list(mail_domains),
        )


class Health(View):
    """The API answers."""

    status: Literal["ok"] = "ok"
