"""An API client over a running System's ASGI application, without a socket."""

from types import TracebackType
from typing import Any

import httpx


class ApiClient:
    """Requests as one user in one project. `token` is sent with every request; None sends none."""

    def __init__(self, asgi: Any, base_url: str = "http://cloud") -> None:
        transport = httpx.ASGITransport(asgi, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url=base_url, timeout=60)
        self._asgi = asgi
        self._base_url = base_url
        self.token: str | None = None
        self.project_id: str = ""
        self.user_id: str = ""

    async def __aenter__(self) -> "ApiClient":
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.aclose()

    async def login(self, user: str, password: str, project: str | None = None, domain: str = "Default") -> None:
        """Authenticate by password, scoped to a project of the same domain where one is named."""
        identity = {"user": {"name": user, "domain": {"name": domain}, "password": password}}
        auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": identity}}
        if project:
            auth["scope"] = {"project": {"name": project, "domain": {"name": domain}}}
        response = await self._http.post("/identity/v3/auth/tokens", json={"auth": auth})
        response.raise_for_status()
        body = response.json()["token"]
        self.token = response.headers["X-Subject-Token"]
        self.user_id = body["user"]["id"]
        self.project_id = body.get("project", {}).get("id", "")

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with this client's token; `headers` may override it."""
        headers = {"X-Auth-Token": self.token} if self.token else {}
        headers.update(options.pop("headers", {}))
        return await self._http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.request("PUT", path, **({"json": json} if json is not None else {}), **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.request("PATCH", path, **({"json": json} if json is not None else {}), **options)

    async def delete(self, path: str, **options: Any) -> httpx.Response:
        return await self.request("DELETE", path, **options)
