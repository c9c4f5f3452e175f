"""Each way in, by OpenStack's own client libraries, over HTTP: keystoneauth's plugins for a password, a token, an
application credential and a trust; and for EC2, for which it has none, keystoneclient's signer and manager."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from keystoneauth1.exceptions import Forbidden, NotFound, Unauthorized
from keystoneauth1.identity import v3
from keystoneauth1.session import Session
from keystoneclient.contrib.ec2.utils import Ec2Signer
from keystoneclient.v3.client import Client

from altostratus.kernel.clock import SystemClock
from tests.simulated_cloud import CloudProcess

pytestmark = pytest.mark.slow


class World:
    """A project with a trustor, Ann, and a trustee, Bob, who may be nowhere."""

    def __init__(self, cloud: CloudProcess) -> None:
        self.url, self.password = cloud.identity_url, cloud.password
        self._connections = requests.Session()
        self.admin = self.session(v3.Password, **self.by_name(cloud.username, cloud.password), **self.project("admin"))
        self.project_id = self._made("projects", "project", {"name": "clients"})
        self.ann, self.bob = (self._made("users", "user", {"name": n, "password": f"of {n}"}) for n in ("ann", "bob"))
        self.member = self.admin.get(f"{self.url}/roles?name=member").json()["roles"][0]["id"]
        self.admin.put(f"{self.url}/projects/{self.project_id}/users/{self.ann}/roles/{self.member}")

    def close(self) -> None:
        for kind, key in (("users", self.ann), ("users", self.bob), ("projects", self.project_id)):
            self.admin.delete(f"{self.url}/{kind}/{key}")
        self._connections.close()

    def session(self, plugin: Any, **options: Any) -> Session:
        return Session(plugin(self.url, **options), session=self._connections)

    def _made(self, path: str, noun: str, fields: dict[str, Any]) -> str:
        return str(self.admin.post(f"{self.url}/{path}", json={noun: fields}).json()[noun]["id"])

    @staticmethod
    def by_name(name: str, password: str) -> dict[str, str]:
        return {"username": name, "user_domain_name": "Default", "password": password}

    @staticmethod
    def project(name: str) -> dict[str, str]:
        return {"project_name": name, "project_domain_name": "Default"}

    def as_ann(self, **scope: str) -> Session:
        return self.session(v3.Password, **self.by_name("ann", "of ann"), **(scope or self.project("clients")))


@pytest.fixture
def world(cloud: CloudProcess) -> Iterator[World]:
    made = World(cloud)
    yield made
    made.close()


def test_by_password_in_every_scope(world: World) -> None:
    assert world.as_ann().get_project_id() == world.project_id
    assert world.as_ann(unscoped="yes").get_user_id() == world.ann
    system = world.session(
        v3.Password, system_scope="all", **world.by_name("admin", world.admin.auth.auth_methods[0].password)
    )
    assert system.auth.get_access(system).system_scoped
    with pytest.raises(Unauthorized):
        world.session(v3.Password, user_id=world.ann, password="wrong").get_token()


def test_by_token(world: World) -> None:
    unscoped = world.as_ann(unscoped="yes").get_token()
    scoped = world.session(v3.Token, token=unscoped, **world.project("clients"))
    assert scoped.get_project_id() == world.project_id
    assert scoped.get(f"{world.url}/auth/projects").status_code == 200
    with pytest.raises(NotFound):
        world.session(v3.Token, token="gAAAA-none-of-ours").get_token()


def test_by_application_credential(world: World) -> None:
    ann = world.as_ann()
    where = f"{world.url}/users/{world.ann}/application_credentials"
    robot = ann.post(where, json={"application_credential": {"name": "robot"}}).json()["application_credential"]

    def session(secret: str, **who: str) -> Session:
        return world.session(v3.ApplicationCredential, application_credential_secret=secret, **who)

    by_name = {"application_credential_name": "robot", "username": "ann", "user_domain_name": "Default"}
    for who in ({"application_credential_id": robot["id"]}, by_name):
        found = session(robot["secret"], **who)
        assert (found.get_user_id(), found.get_project_id()) == (world.ann, world.project_id)
        with pytest.raises(Unauthorized):
            session("wrong", **who).get_token()
    assert ann.delete(f"{where}/{robot['id']}").status_code == 204
    with pytest.raises(NotFound):
        session(robot["secret"], application_credential_id=robot["id"]).get_token()


def test_by_trust(world: World) -> None:
    names = {"trustor_user_id": world.ann, "trustee_user_id": world.bob, "project_id": world.project_id}
    wish = {**names, "impersonation": True, "roles": [{"id": world.member}]}
    trust = world.as_ann().post(f"{world.url}/OS-TRUST/trusts", json={"trust": wish}).json()["trust"]["id"]
    bob = world.session(v3.Password, **world.by_name("bob", "of bob"), trust_id=trust)
    access = bob.auth.get_access(bob)
    assert (access.trust_id, access.trust_scoped, access.user_id) == (trust, True, world.ann)
    assert (access.trustor_user_id, access.trustee_user_id) == (world.ann, world.bob)
    with pytest.raises(Forbidden):
        world.session(v3.Password, **world.by_name("ann", "of ann"), trust_id=trust).get_token()


def test_by_ec2_signature(world: World) -> None:
    made = Client(session=world.as_ann()).ec2.create(world.ann, world.project_id)
    now = SystemClock().now().strftime("%Y-%m-%dT%H:%M:%SZ")
    params = {"SignatureVersion": "2", "Timestamp": now, "Action": "DescribeInstances"}
    asked: dict[str, Any] = {"verb": "GET", "host": "ec2.example", "path": "/", "params": params}
    asked |= {"access": made.access, "signature": Ec2Signer(made.secret).generate(asked)}
    answer = world.admin.post(f"{world.url}/ec2tokens", json={"credentials": asked})
    token = answer.json()["token"]
    assert (token["user"]["id"], token["project"]["id"]) == (world.ann, world.project_id)
    asked["signature"] = Ec2Signer("another secret").generate(asked)
    with pytest.raises(Unauthorized):
        world.admin.post(f"{world.url}/ec2tokens", json={"credentials": asked})
