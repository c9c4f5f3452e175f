"""What browsers ask and are told about other origins: OPTIONS, and headers of all other answers."""

from altostratus.contracts.objectstore import Container
from altostratus.doors.s3.cors import headers_of, matching
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import CorsRule
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.verbs.settings import CORS_RULES

MOST_HEADERS = 100


async def options(request: S3Request) -> None:
    """200 where a rule allows it; nobody need sign this."""
    origin, method = (request.headers.get(name, "") for name in ("origin", "access-control-request-method"))
    if not origin:
        raise S3Error("BadRequest", "Insufficient information. Origin request header needed.")
    if not method:
        raise S3Error("BadRequest", "Invalid Access-Control-Request-Method: null")
    listed = request.headers.get("access-control-request-headers", "")
    names = [name.strip() for name in listed.split(",") if name.strip()][: MOST_HEADERS + 1]
    rule = matching(await _rules(request), origin, method, names)
    if rule is None or len(names) > MOST_HEADERS:
        raise S3Error("AccessForbidden", Method=method, ResourceType="OBJECT" if request.key else "BUCKET")
    await request.answer(200, headers_of(rule, origin, names))


async def tell_origin(request: S3Request) -> None:
    """Add to the answer, whatever it will be, what a page of another origin needs to read it."""
    origin = request.headers.get("origin")
    if origin and request.bucket and request.method != "OPTIONS":
        method = request.headers.get("access-control-request-method", request.method)
        rule = matching(await _rules(request), origin, method)
        if rule:
            request.raw.context.headers += headers_of(rule, origin)


async def _rules(request: S3Request) -> tuple[CorsRule, ...]:
    def rules(container: Container | None) -> tuple[CorsRule, ...]:
        return (CORS_RULES.of(container) if container else None) or ()

    find = request.door.objects.find_bucket
    return await request.door.objects.read(lambda tx: rules(find(tx, request.bucket)))
