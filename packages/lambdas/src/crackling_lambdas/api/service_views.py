"""What the API tells about itself, as OpenAPI describes it."""

from typing import Annotated, Literal

from pydantic import Field

from crackling.about import INDEX_FORMAT, METHODS, MODEL, VERSION
from crackling_lambdas.api.views import View
from crackling_lambdas.jobs.submission import QUERY_BASES, QUERY_GUIDES, QUERY_LETTERS


class VersionsView(View):
    """What results come from."""

    package: str = VERSION
    index_format: int = INDEX_FORMAT
    model: str = MODEL


class MethodView(View):
    """A method that results rest on."""

    name: str
    gives: Annotated[str, Field(description="Which columns, and how.")]
    citation: str


class LimitsView(View):
    """What a job may be."""

    bases: Annotated[int, Field(description="Of a sequence.")] = QUERY_BASES
    guides: Annotated[int, Field(description="Of a list.")] = QUERY_GUIDES
    letters: Annotated[int, Field(description="Of either, with headers and line ends.")] = QUERY_LETTERS


class AboutView(View):
    """Versions, methods and limits."""

    versions: VersionsView = VersionsView()
    methods: list[MethodView] = Field(
        default=[
            MethodView(name=method.name, gives=method.gives, citation=method.citation) for method in METHODS
        ]
    )
    limits: LimitsView = LimitsView()
    mail_domains: Annotated[
        list[str], Field(description="Of the addresses that jobs can mail; empty where no mail is sent.")
    ]


class Health(View):
    """The API answers."""

    status: Literal["ok"] = "ok"
