"""Temporary URLs and form posts: requests signed with the account's or the container's key."""

from __future__ import annotations

import base64
import hmac
import time

from .account import Account
from .object_basics import with_object
from .registry import objects

KEY, OTHER_KEY = "a-key-of-the-account", "a-key-of-the-container"


class Signed:
    """URLs of one account, with what differs from run to run taken out of recordings."""

    def __init__(self, a: Account) -> None:
        self._a = a
        self._number = 0
        self._now = int(time.time())  # once, so that equal requests have equal signatures

    def at(self, seconds: int) -> int:
        """The time so many seconds from when the scenario began."""
        when = self._now + seconds
        self._a.script.known.learn(str(when), f"in {seconds} s")
        return when

    def sign(self, text: str, digest: str = "sha256", key: str = KEY) -> str:
        made = hmac.new(key.encode(), text.encode(), digest).hexdigest()
        return self.named(made)

    def named(self, signature: str) -> str:
        self._number += 1
        self._a.script.known.learn(signature, f"signature {self._number}")
        return signature

    def url(
        self, method: str, where: str, *, key: str = KEY, digest: str = "sha256", seconds: int = 1000, more: str = ""
    ) -> str:
        """`where` with a signature for that method; `more` goes unsigned."""
        expires = self.at(seconds)
        signature = self.sign(f"{method}\n{expires}\n{self._a.on_host(where)}", digest, key)
        return f"{where}?temp_url_sig={signature}&temp_url_expires={expires}{more}"


def with_keys(a: Account) -> Signed:
    with_object(a)
    a.post(headers={"X-Account-Meta-Temp-URL-Key": KEY, "X-Account-Meta-Temp-URL-Key-2": KEY + "2"})
    a.post("box", headers={"X-Container-Meta-Temp-URL-Key": OTHER_KEY})
    return Signed(a)


@objects
def temporary_urls(a: Account) -> None:
    signed = with_keys(a)
    a.post("box/fox", headers={"X-Object-Meta-Secret": "s", "X-Object-Meta-Public-Colour": "red"})
    url = signed.url("GET", "box/fox")
    a.get(url, by=None)
    a.head(url, by=None)
    a.put(url, b"x", by=None)
    a.post(url, by=None)
    a.delete(url, by=None)
    a.get(url)
    a.get(url, by="other")
    a.get(url, by=None, headers={"Range": "bytes=0-3"})
    a.get(url, by=None, headers={"If-None-Match": "*"})
    a.put(signed.url("PUT", "box/new"), b"new", by=None)
    a.head(signed.url("PUT", "box/new"), by=None)
    a.get(signed.url("PUT", "box/new"), by=None)
    a.head(signed.url("HEAD", "box/new"), by=None)
    a.get(signed.url("HEAD", "box/new"), by=None)
    a.post(signed.url("POST", "box/new"), by=None, headers={"X-Object-Meta-By": "url"})
    a.delete(signed.url("DELETE", "box/new"), by=None)
    a.get(signed.url("GET", "box/none"), by=None)


@objects
def digests_and_keys_of_temporary_urls(a: Account) -> None:
    signed = with_keys(a)
    for digest in ("md5", "sha1", "sha256", "sha384", "sha512"):
        a.get(signed.url("GET", "box/fox", digest=digest), by=None)
    for key in (KEY + "2", OTHER_KEY, "another", ""):
        a.get(signed.url("GET", "box/fox", key=key), by=None)
    a.get(signed.url("GET", "box", key=KEY), by=None)
    a.get(signed.url("GET", "", key=KEY), by=None)
    expires = signed.at(1000)
    for digest in ("sha256", "sha512", "sha1"):
        raw = hmac.new(KEY.encode(), f"GET\n{expires}\n{a.on_host('box/fox')}".encode(), digest).digest()
        encoded = signed.named(f"{digest}:{base64.urlsafe_b64encode(raw).decode().rstrip('=')}")
        a.get(f"box/fox?temp_url_sig={encoded}&temp_url_expires={expires}", by=None)
    a.head()
    a.head("box")


@objects
def temporary_urls_that_are_refused(a: Account) -> None:
    signed = with_keys(a)
    a.get(signed.url("GET", "box/fox", seconds=-1000), by=None)
    expires = signed.at(1000)
    signature = signed.sign(f"GET\n{expires}\n{a.on_host('box/fox')}")
    for query in (
        f"temp_url_sig={signature}",
        f"temp_url_expires={expires}",
        f"temp_url_sig=&temp_url_expires={expires}",
        f"temp_url_sig=nonsense&temp_url_expires={expires}",
        f"temp_url_sig={signature}&temp_url_expires=nonsense",
        f"temp_url_sig={signature}&temp_url_expires=0",
        f"temp_url_sig={signature}&temp_url_expires={signed.at(2000)}",
        f"temp_url_sig={signed.named(signature.upper())}&temp_url_expires={expires}",
    ):
        a.get(f"box/fox?{query}", by=None)
    a.get(f"box/other?temp_url_sig={signature}&temp_url_expires={expires}", by=None)
    a.script.send("OPTIONS", a.at(f"box/fox?temp_url_sig={signature}&temp_url_expires={expires}"), by=None)
    a.put(signed.url("PUT", "box/new"), b"", by=None, headers={"X-Object-Manifest": "box/"})
    a.put(signed.url("PUT", "box/new"), b"x", by=None, headers={"X-Delete-After": "5000", "X-Object-Meta-A": "b"})
    a.head("box/new")
    a.put(signed.url("PUT", "box/copied"), by=None, headers={"X-Copy-From": "box/fox"})
    a.put(signed.url("PUT", "box/link"), by=None, headers={"X-Symlink-Target": "box/fox"})
    a.get("box")


@objects
def expiry_of_temporary_urls_in_words(a: Account) -> None:
    signed = with_keys(a)
    expires = signed.at(1000)
    signature = signed.sign(f"GET\n{expires}\n{a.on_host('box/fox')}")
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S"):
        words = time.strftime(form, time.gmtime(expires))
        a.script.known.learn(words, f"in 1000 s as {form.replace('%', '')}")
        a.get(f"box/fox?temp_url_sig={signature}&temp_url_expires={words}", by=None)


@objects
def file_names_of_temporary_urls(a: Account) -> None:
    signed = with_keys(a)
    a.put("box/a/b%20%C3%A9%22.txt", b"x", headers={"Content-Disposition": "attachment; filename=own"})
    for more in (
        "",
        "&filename=given.txt",
        "&filename=",
        "&filename=a%20b%22%C3%A9/c",
        "&inline",
        "&inline=",
        "&inline&filename=x",
        "&inline=false",
    ):
        a.get(signed.url("GET", "box/fox", more=more), by=None)
    a.get(signed.url("GET", 'box/a/b é".txt').replace(' é"', "%20%C3%A9%22"), by=None)
    a.head(signed.url("GET", "box/fox", more="&filename=x"), by=None)


@objects
def temporary_urls_of_a_prefix(a: Account) -> None:
    signed = with_keys(a)
    a.put("box/dir/one", b"1")
    expires = signed.at(1000)
    for prefix in ("dir/", "d", "", "other/"):
        signature = signed.sign(f"GET\n{expires}\nprefix:{a.on_host('box/' + prefix)}")
        query = f"temp_url_sig={signature}&temp_url_expires={expires}&temp_url_prefix={prefix}"
        a.get(f"box/dir/one?{query}", by=None)
        a.get(f"box/fox?{query}", by=None)
        a.get(f"box?{query}", by=None)
    a.get(f"box/dir/one?temp_url_sig={signature}&temp_url_expires={expires}", by=None)


@objects
def temporary_urls_of_addresses(a: Account) -> None:
    signed = with_keys(a)
    expires = signed.at(1000)
    for addresses in ("127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "nonsense", "::1"):
        signature = signed.sign(f"ip={addresses}\nGET\n{expires}\n{a.on_host('box/fox')}")
        query = f"temp_url_sig={signature}&temp_url_expires={expires}"
        a.get(f"box/fox?{query}&temp_url_ip_range={addresses}", by=None)
    a.get(f"box/fox?{query}", by=None)


def form(
    a: Account, fields: dict[str, str], files: list[tuple[str, str, str]], boundary: str = "form-boundary"
) -> bytes:
    """A form in the order browsers send it."""
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    for field, name, content in files:
        disposition = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
        parts.append(f"--{boundary}\r\n{disposition}\r\nContent-Type: text/plain\r\n\r\n{content}\r\n")
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


@objects
def form_posts(a: Account) -> None:
    signed = with_keys(a)
    one, two = ("file1", "one.txt", "content one"), ("file2", "two.txt", "content two")

    def post(where: str, files: list[tuple[str, str, str]], *, size: str = "100", count: str = "2", seconds: int = 1000,
             redirect: str = "", digest: str = "sha256", key: str = KEY, **more: str) -> None:  # fmt: skip
        expires = signed.at(seconds)
        text = f"{a.on_host(where)}\n{redirect}\n{size}\n{count}\n{expires}"
        fields = {"redirect": redirect, "max_file_size": size, "max_file_count": count, "expires": str(expires)}
        fields |= {"signature": signed.sign(text, digest, key)} | more
        a.post(
            where,
            form(a, fields, files),
            by=None,
            headers={"Content-Type": "multipart/form-data; boundary=form-boundary"},
        )

    post("box/form-", [one, two])
    a.get("box?format=json")
    post("box/form2-", [one], redirect="http://example.com/done?x=y")
    post("box/form3-", [one], redirect="http://example.com/done", key="another")
    post("box/form4-", [one, two], count="1")
    post("box/form5-", [one], size="5")
    post("box/form6-", [one], seconds=-1000)
    post("box/form7-", [one], digest="sha512")
    post("box/form8-", [one], digest="sha1")
    post("box/form9-", [one], key=OTHER_KEY)
    post("box/form10-", [one], key="another")
    post("box/form11-", [])
    post("box/form12-", [one], count="x")
    post("box/form13-", [one], size="-1")
    post("none/form14-", [one])
    post("box", [one])
    post("box/form15-", [one], x_delete_after="5000")
    a.get("box")


@objects
def forms_that_are_refused(a: Account) -> None:
    with_keys(a)
    headers = {"Content-Type": "multipart/form-data; boundary=form-boundary"}
    a.post("box/x", b"nonsense", by=None, headers=headers)
    a.post("box/x", b"", by=None, headers=headers)
    a.post("box/x", b"x", by=None, headers={"Content-Type": "multipart/form-data"})
    a.post("box/x", form(a, {"expires": "x"}, []), by=None, headers=headers)
    a.post("box/x", form(a, {}, [("f", "a", "b")]), by=None, headers=headers)
    a.post("box/x", form(a, {}, [("f", "a", "b")]), headers=headers)
