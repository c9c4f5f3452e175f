"""A user of the cloud with a project and access keys, who runs other people's programs and has an empty folder."""

import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.discovery import Api
from tests.simulated_cloud import CloudProcess

REGION = "RegionOne"
SECONDS = 120.0


@dataclass(frozen=True)
class Person:
    """`access` and `secret` are of an EC2 credential; `folder` is the home of the programs and where they run."""

    cloud: CloudProcess
    folder: Path
    name: str
    user_id: str
    project_id: str
    password: str
    access: str
    secret: str

    @property
    def openstack_variables(self) -> dict[str, str]:
        """What an `openrc` sets."""
        return {
            "OS_AUTH_URL": self.cloud.identity_url,
            "OS_IDENTITY_API_VERSION": "3",
            "OS_USERNAME": self.name,
            "OS_PASSWORD": self.password,
            "OS_PROJECT_NAME": self.name,
            "OS_USER_DOMAIN_ID": "default",
            "OS_PROJECT_DOMAIN_ID": "default",
            "OS_REGION_NAME": REGION,
        }

    def run(self, program: Path, *arguments: object, **variables: str) -> str:
        """What the program says, if it ends with 0."""
        found = self.attempt(program, *arguments, **variables)
        assert found.returncode == 0, f"{program.name} {arguments}:\n{found.stdout}\n{found.stderr}"
        return found.stdout

    def attempt(
        self, program: Path, *arguments: object, typed: str = "", **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """However it ends. It sees nothing of the environment of the tests; `typed` is what it reads."""
        environment = {"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8", **variables}
        return subprocess.run(
            [str(program), *map(str, arguments)],
            cwd=self.folder,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def write(self, name: str, content: bytes) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


def make_person(cloud: CloudProcess, folder: Path) -> Person:
    """A member of a project of the same name, made as an administrator makes them."""
    name, password = f"person-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    folder.mkdir(parents=True, exist_ok=True)
    api = Api(cloud)
    with api.client:
        project = api.post("identity", "/projects", {"project": {"name": name}})["project"]["id"]
        described = {"name": name, "password": password}
        user = api.post("identity", "/users", {"user": described})["user"]["id"]
        member = api.get("identity", "/roles?name=member")["roles"][0]["id"]
        api.client.put(f"{api.identity}/projects/{project}/users/{user}/roles/{member}").raise_for_status()
        key = api.post("identity", f"/users/{user}/credentials/OS-EC2", {"tenant_id": project})["credential"]
    return Person(cloud, folder, name, user, project, password, key["access"], key["secret"])
