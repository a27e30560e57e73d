"""Check who may do what with jobs and genomes, by the claims that API Gateway passes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from crackling_lambdas.api.caller import Caller
from fakes.known import known

if TYPE_CHECKING:
    from api.conftest import Answer, Service

SEQUENCE = "ACGTTGCATCCATTGCAGGATCCAGGTTTACGGATTACCAGGTTACGATTAGGCATTACAGG"
# Every route that names a job.
OF_A_JOB = ("", "/query", "/targets", "/export", "/targets/1/offtargets")


@dataclass(frozen=True)
class Thing:
    owner: str | None
    shared: bool = False


@dataclass(frozen=True)
class User:
    """Send requests as API Gateway passes them on once it has verified a token; without a name, without an authorizer."""

    service: Service
    name: str | None
    groups: str | None = None

    def ask(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Answer:
        context: dict[str, Any] = {"path": f"/api{path}", "stage": "api", "httpMethod": method}
        if self.name is not None:
            groups = {} if self.groups is None else {"cognito:groups": self.groups}
            context["authorizer"] = {"claims": {"sub": self.name, **groups}}
        return self.service.ask(method, path, body, query, requestContext=context)

    def submit(self, **more: Any) -> str:
        self.service.make_ready()
        body = {"sequence": SEQUENCE, "genome": "phage", **more}
        job_id: str = self.ask("POST", "/jobs", body).json["jobId"]
        return job_id

    def listed(self, path: str) -> list[str]:
        """Return the ids of the jobs or genomes that the user is shown."""
        key = path.strip("/")
        return [one.get("jobId", one["genome"]) for one in self.ask("GET", path).json[key]]

    def announce(self, genome: str = "mine", *, shared: bool = False) -> Answer:
        return self.ask("POST", "/genomes", {"genome": genome, "shared": shared})


@pytest.fixture
def ada(service: Service) -> User:
    return User(service, "ada")


@pytest.fixture
def bob(service: Service) -> User:
    return User(service, "bob", "biologists")


@pytest.fixture
def admin(service: Service) -> User:
    return User(service, "eve", "biologists,admin")


@pytest.fixture
def nobody(service: Service) -> User:
    return User(service, None)


def upload(service: Service) -> None:
    service.clients.s3.objects["genome", "uploads/mine/genome"] = b">a\nACGT\n"


def test_a_job_records_who_sent_it(service: Service, ada: User, nobody: User) -> None:
    assert known(service.jobs.get(ada.submit())).owner == "ada"
    assert known(service.jobs.get(nobody.submit())).owner is None


def test_a_region_records_who_sent_it(service: Service, ada: User) -> None:
    service.make_ready()
    answer = ada.ask("POST", "/jobs", {"region": "cI", "genome": "phage"})
    assert known(service.jobs.get(answer.json["jobId"])).owner == "ada"


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_job_is_read_by_its_owner_only(
    service: Service, ada: User, bob: User, admin: User, nobody: User, path: str
) -> None:
    job_id = ada.submit()
    service.score(job_id, SEQUENCE)
    assert ada.ask("GET", f"/jobs/{job_id}{path}").status == 200
    unknown = "0" * 32
    for other in (bob, admin, nobody):
        answer, missing = (other.ask("GET", f"/jobs/{one}{path}") for one in (job_id, unknown))
        assert answer.status == 404
        # Nobody can tell another's job from one that does not exist.
        assert answer.text.replace(job_id, unknown) == missing.text


def test_the_list_of_a_jobs_routes_is_complete(service: Service) -> None:
    paths = service.ask("GET", "/openapi.json").json["paths"]
    found = {
        path.removeprefix("/jobs/{job_id}")
        for path, methods in paths.items()
        if path.startswith("/jobs/") and "get" in methods
    }
    assert {path.replace("{number}", "1") for path in found} == set(OF_A_JOB)


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_job_without_an_owner_is_read_by_everybody(
    service: Service, ada: User, nobody: User, path: str
) -> None:
    job_id = nobody.submit()
    service.score(job_id, SEQUENCE)
    assert nobody.ask("GET", f"/jobs/{job_id}{path}").status == 200
    assert ada.ask("GET", f"/jobs/{job_id}{path}").status == 200


def test_a_genome_belongs_to_who_announced_it(service: Service, ada: User, bob: User, admin: User) -> None:
    assert ada.announce(shared=True).status == 201
    upload(service)
    refused = bob.ask("POST", "/genomes/mine/complete")
    assert (refused.status, refused.json["title"]) == (403, "Forbidden")
    assert "belongs to another user; ask its owner or an administrator" in refused.json["detail"]
    assert bob.announce().status == 409
    assert bob.ask("DELETE", "/genomes/mine").status == 403
    assert bob.ask("GET", "/genomes/mine").json["state"] == "uploading"
    assert ada.announce(shared=True).status == 201
    assert ada.ask("POST", "/genomes/mine/complete").status == 202
    genome = known(service.genomes.get("mine"))
    assert (genome.owner, genome.state) == ("ada", "preparing")
    service.genomes.mark_failed("mine", known(genome.claim), "a protein", 5)
    assert admin.ask("DELETE", "/genomes/mine").status == 204
    assert service.genomes.get("mine") is None


def test_a_genome_is_deleted_by_its_owner(service: Service, ada: User) -> None:
    ada.announce()
    assert ada.ask("DELETE", "/genomes/mine").status == 204
    assert service.genomes.get("mine") is None


def test_a_common_genome_is_deleted_by_administrators_only(service: Service, ada: User, admin: User) -> None:
    service.make_ready()
    refused = ada.ask("DELETE", "/genomes/phage")
    assert (refused.status, "common to all users" in refused.json["detail"]) == (403, True)
    assert ada.ask("POST", "/genomes/phage/bowtie2").status == 202
    assert ada.ask("GET", "/genomes/phage/files").status == 200
    assert admin.ask("DELETE", "/genomes/phage").status == 204


def test_where_nobody_signs_in_everybody_deletes_genomes(service: Service, nobody: User) -> None:
    service.make_ready()
    assert nobody.ask("DELETE", "/genomes/phage").status == 204


def test_a_genome_that_does_not_exist_is_unknown_to_all(ada: User) -> None:
    assert ada.ask("POST", "/genomes/none/complete").status == 404
    assert ada.ask("DELETE", "/genomes/none").status == 404


@pytest.mark.parametrize(
    ("caller", "owner", "allowed"),
    [
        (Caller("ada", is_admin=False), "ada", {"GET", "PATCH", "DELETE"}),
        (Caller("ada", is_admin=False), None, {"GET", "PATCH"}),
        (Caller("bob", is_admin=False), "ada", set()),
        (Caller("eve", is_admin=True), "ada", {"PATCH", "DELETE"}),
        (Caller("eve", is_admin=True), None, {"GET", "PATCH", "DELETE"}),
        (Caller(None, is_admin=False), None, {"GET", "PATCH", "DELETE"}),
        (Caller(None, is_admin=False), "ada", set()),
    ],
)
def test_what_a_caller_may_do(caller: Caller, owner: str | None, allowed: set[str]) -> None:
    thing = Thing(owner)
    assert {method for method in ("GET", "PATCH", "DELETE") if caller.may(method, thing)} == allowed
    # Sharing lets those who are signed in read, and nobody do more.
    shared = Thing(owner, shared=True)
    more = {"GET"} if caller.user is not None else set()
    assert {method for method in ("GET", "PATCH", "DELETE") if caller.may(method, shared)} == allowed | more


@pytest.mark.parametrize("groups", ["administrators", "not-admin", "Admin", "admins,x"])
def test_only_the_group_makes_an_administrator(service: Service, groups: str) -> None:
    service.make_ready()
    assert User(service, "ada", groups).ask("DELETE", "/genomes/phage").status == 403


def test_a_job_is_deleted_by_its_owner_or_an_administrator_and_nobody_else_learns_of_it(
    service: Service, ada: User, bob: User, admin: User, nobody: User
) -> None:
    job_id, unknown = ada.submit(), "0" * 32

    def refuses(other: User) -> None:
        for method in ("DELETE", "GET"):
            answer, missing = (other.ask(method, f"/jobs/{one}") for one in (job_id, unknown))
            assert answer.status == 404
            assert answer.text.replace(job_id, unknown) == missing.text

    refuses(bob)
    refuses(nobody)
    assert known(service.jobs.get(job_id)).owner == "ada"
    assert ada.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert ada.ask("GET", f"/jobs/{job_id}").status == 410
    refuses(bob)
    another = ada.submit()
    assert admin.ask("DELETE", f"/jobs/{another}").status == 204


def test_an_address_is_withdrawn_by_the_jobs_owner_or_an_administrator(
    service: Service, ada: User, bob: User, admin: User
) -> None:
    job_id = ada.submit(email="someone@example.org")
    assert bob.ask("DELETE", f"/jobs/{job_id}/email").status == 404
    assert ada.ask("PATCH", f"/jobs/{job_id}", {"shared": True}).status == 200
    assert bob.ask("DELETE", f"/jobs/{job_id}/email").status == 403
    assert known(service.jobs.get(job_id)).mail_due
    assert ada.ask("DELETE", f"/jobs/{job_id}/email").status == 204
    assert not known(service.jobs.get(job_id)).mail_due
    another = ada.submit(email="someone@example.org")
    assert admin.ask("DELETE", f"/jobs/{another}/email").status == 204


def test_a_job_without_an_owner_is_deleted_by_everybody_or_where_people_sign_in_by_administrators(
    service: Service, ada: User, admin: User, nobody: User
) -> None:
    first, second = nobody.submit(), nobody.submit()
    assert ada.ask("DELETE", f"/jobs/{first}").status == 403
    assert admin.ask("DELETE", f"/jobs/{first}").status == 204
    assert nobody.ask("DELETE", f"/jobs/{second}").status == 204


@pytest.mark.parametrize("path", OF_A_JOB)
def test_a_shared_job_is_read_by_all_who_are_signed_in(
    service: Service, ada: User, bob: User, nobody: User, path: str
) -> None:
    job_id = ada.submit(shared=True)
    service.score(job_id, SEQUENCE)
    assert bob.ask("GET", f"/jobs/{job_id}{path}").status == 200
    assert nobody.ask("GET", f"/jobs/{job_id}{path}").status == 404


def test_an_owner_shares_a_job_and_takes_it_back(service: Service, ada: User, bob: User, admin: User) -> None:
    job_id = ada.submit()
    job = ada.ask("GET", f"/jobs/{job_id}").json
    assert (job["shared"], job["mine"]) == (False, True)
    assert bob.ask("PATCH", f"/jobs/{job_id}", {"shared": True}).status == 404
    changed = ada.ask("PATCH", f"/jobs/{job_id}", {"shared": True})
    assert (changed.status, changed.json["shared"], changed.json["mine"]) == (200, True, True)
    seen = bob.ask("GET", f"/jobs/{job_id}").json
    assert (seen["shared"], seen["mine"]) == (True, False)
    for method in ("PATCH", "DELETE"):
        refused = bob.ask(method, f"/jobs/{job_id}", {"shared": False} if method == "PATCH" else None)
        assert (refused.status, "belongs to another user" in refused.json["detail"]) == (403, True)
    assert admin.ask("PATCH", f"/jobs/{job_id}", {"shared": False}).status == 200
    assert bob.ask("GET", f"/jobs/{job_id}").status == 404
    assert known(service.jobs.get(job_id)).owner == "ada"


def test_what_has_no_owner_cannot_be_shared(service: Service, nobody: User, admin: User) -> None:
    job_id = nobody.submit(shared=True)
    assert nobody.ask("GET", f"/jobs/{job_id}").json["shared"] is False
    for path, what in ((f"/jobs/{job_id}", "whoever knows its link"), ("/genomes/phage", "common to all")):
        for user in (nobody, admin):
            refused = user.ask("PATCH", path, {"shared": True})
            assert (refused.status, what in refused.json["detail"]) == (409, True)


@pytest.mark.parametrize(
    "body", [None, {}, {"shared": "yes"}, {"shared": 1}, {"shared": None}, {"owner": "bob"}]
)
@pytest.mark.parametrize("what", ["job", "genome"])
def test_nothing_but_sharing_can_be_changed(ada: User, what: str, body: Any) -> None:
    ada.announce()
    path = f"/jobs/{ada.submit()}" if what == "job" else "/genomes/mine"
    assert ada.ask("PATCH", path, body).status == 422
    assert ada.ask("GET", path).json["shared"] is False


def test_a_user_lists_their_own_jobs(
    service: Service, ada: User, bob: User, admin: User, nobody: User
) -> None:
    mine = [ada.submit(shared=True), ada.submit()]
    his = bob.submit()
    nobody.submit()
    assert sorted(ada.listed("/jobs")) == sorted(mine)
    assert bob.listed("/jobs") == [his]
    assert admin.listed("/jobs") == []
    refused = nobody.ask("GET", "/jobs")
    assert (refused.status, "Nobody signs in here" in refused.json["detail"]) == (403, True)
    ada.ask("DELETE", f"/jobs/{mine[0]}")
    assert ada.listed("/jobs") == mine[1:]


def test_a_list_of_jobs_comes_in_pages(service: Service, ada: User) -> None:
    jobs = {ada.submit() for _ in range(5)}
    found: list[str] = []
    cursor: str | None = "newest"
    while cursor is not None:
        page = ada.ask("GET", "/jobs", query={"limit": "2", "cursor": cursor}).json
        assert len(page["jobs"]) <= 2
        found += [job["jobId"] for job in page["jobs"]]
        cursor = page["next"]
    assert (len(found), set(found)) == (5, jobs)


def test_a_genome_that_is_not_shared_is_as_good_as_unknown_to_others(
    service: Service, ada: User, bob: User, admin: User, nobody: User
) -> None:
    ada.announce()
    upload(service)
    assert ada.ask("POST", "/genomes/mine/complete").status == 202
    for other in (bob, nobody, admin):
        assert "mine" not in other.listed("/genomes")
        for path in ("", "/files"):
            answer, missing = (other.ask("GET", f"/genomes/{one}{path}") for one in ("mine", "none"))
            assert (answer.status, answer.text.replace("mine", "none")) == (404, missing.text)
    for method, path, body in (
        ("PATCH", "", {"shared": True}),
        ("DELETE", "", None),
        ("POST", "/complete", None),
    ):
        answer, missing = (bob.ask(method, f"/genomes/{one}{path}", body) for one in ("mine", "none"))
        assert (answer.status, answer.text.replace("mine", "none")) == (404, missing.text)
    assert ada.listed("/genomes") == ["mine"]
    assert ada.ask("GET", "/genomes/mine").json["mine"] is True


def test_a_shared_genome_is_there_for_all_who_are_signed_in(
    service: Service, ada: User, bob: User, nobody: User
) -> None:
    ada.announce()
    upload(service)
    ada.ask("POST", "/genomes/mine/complete")
    changed = ada.ask("PATCH", "/genomes/mine", {"shared": True})
    assert (changed.status, changed.json["shared"], changed.json["mine"]) == (200, True, True)
    assert bob.listed("/genomes") == ["mine"]
    assert bob.ask("GET", "/genomes/mine").json["mine"] is False
    assert bob.ask("PATCH", "/genomes/mine", {"shared": False}).status == 403
    assert nobody.ask("GET", "/genomes/mine").status == 404
    assert bob.ask("POST", "/jobs", {"sequence": SEQUENCE, "genome": "mine"}).status == 202


def test_a_job_names_no_genome_of_another_user(service: Service, ada: User, bob: User, nobody: User) -> None:
    ada.announce()
    upload(service)
    ada.ask("POST", "/genomes/mine/complete")
    for query in ({"sequence": SEQUENCE}, {"region": "cI"}):
        assert ada.ask("POST", "/jobs", {**query, "genome": "mine"}).status == 202
        for other in (bob, nobody):
            answer, missing = (
                other.ask("POST", "/jobs", {**query, "genome": one}) for one in ("mine", "none")
            )
            assert (answer.status, answer.text.replace("mine", "none")) == (404, missing.text)
