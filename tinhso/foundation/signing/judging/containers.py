"""ASiC packages (gói ký số): with CAdES manifests name the files and their digests and signatures cover the manifests;
with XAdES each signature refers to all the files itself; ASiC-S holds one file and a signature over it.
"""

import base64
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote

from tinhso.foundation.signing.judging import cms, messages, xml
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.certificates import WEAK_DIGESTS
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList
from tinhso.foundation.signing.judging.xml import DS, read_xml

MIMETYPE, SIMPLE = b"application/vnd.etsi.asic-e+zip", b"application/vnd.etsi.asic-s+zip"
META = "META-INF/"
OF_SIGNATURES = re.compile(
    r"META-INF/(?:(?:manifest|container|metadata)\.xml|[^/]*(?:signature|timestamp|Manifest)[^/]*\.(?:xml|p7s|tst|ers))"
)
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
MAX_ENTRIES, MAX_UNPACKED = 1_000, 250_000_000  # all of it stands in memory, and twice while it is unpacked


async def judge(content: bytes, trust: TrustList, now: datetime) -> tuple[tuple[Finding, ...], list[Reason]]:
    """Raises JudgedError."""
    members = _members(content)
    files = {name: inside for name, inside in members.items() if name != "mimetype" and not name.startswith(META)}
    manifests = sorted(name for name in members if PurePosixPath(name).match("META-INF/ASiCManifest*.xml"))
    in_xml = sorted(name for name in members if PurePosixPath(name).match("META-INF/*signatures*.xml"))
    simple = members["mimetype"].strip() == SIMPLE
    bare = "META-INF/signature.p7s" if simple and "META-INF/signature.p7s" in members else ""
    if not manifests and not in_xml and not bare:
        signed = any(name.startswith(META) and "signature" in name.lower() for name in members)
        raise JudgedError("unsupported" if signed else "unsigned")
    found: list[Finding] = []
    of_file: list[Reason] = []
    if not files:
        of_file.append(why.reason("missing_member"))
    if any(name.startswith(META) and not OF_SIGNATURES.fullmatch(name) for name in members):
        of_file.append(why.reason("unsigned_member"))  # hidden where no signature looks
    if manifests:
        found += await _judge_manifests(members, files, manifests, of_file, trust, now)
    for name in in_xml:
        found += await xml.judge_beside(members[name], files, trust, now, field=name)
    if bare:
        if len(files) != 1:
            of_file.append(why.reason("unsigned_member"))
        only = next(iter(files.values()), b"")
        found += await cms.judge_signers(cms.opened(members[bare]), only, trust, now, field=bare, format="CAdES")
    return tuple(found), list(messages.once(of_file))


async def _judge_manifests(
    members: Mapping[str, bytes],
    files: Mapping[str, bytes],
    manifests: Sequence[str],
    of_file: list[Reason],
    trust: TrustList,
    now: datetime,
) -> list[Finding]:
    """CAdES: a signature covers its manifest, the manifests together all files. Raises JudgedError."""
    found: list[Finding] = []
    covered: set[str] = set()
    for name in manifests:
        signature, listed = _manifest(members[name])
        of_file += _listed_faults(members, listed)
        covered |= set(listed)
        if signature not in members:
            of_file.append(why.reason("missing_member"))
            continue
        signed_data = cms.opened(members[signature])
        found += await cms.judge_signers(signed_data, members[name], trust, now, field=signature, format="CAdES")
    if set(files) - covered:
        of_file.append(why.reason("unsigned_member"))
    return found


def _members(content: bytes) -> dict[str, bytes]:
    """All files inside; refused: names twice, bytes before or after, a kind that is not ASiC-E."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _look(content, archive, entries)
            return {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError, OSError) as error:
        raise JudgedError("damaged") from error


def _look(content: bytes, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if "mimetype" not in names:
        raise JudgedError("unknown_kind")
    if any(entry.flag_bits & 1 for entry in entries):
        raise JudgedError("encrypted")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise JudgedError("too_large")
    if archive.read("mimetype").strip() not in (MIMETYPE, SIMPLE):
        raise JudgedError("unsupported")
    behind = content[content.rfind(b"PK\x05\x06") + 22 :]  # a comment too is signed by nobody
    if len(set(names)) != len(names) or min(entry.header_offset for entry in entries) or behind:
        raise JudgedError("polyglot")
    if any(name.startswith("/") or ".." in PurePosixPath(name).parts for name in names):
        raise JudgedError("malformed")


def _manifest(content: bytes) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """Name of the signature, and of each file its digest. Raises JudgedError."""
    root = read_xml(content)
    try:
        signature = unquote(root.find(f"{ASIC}SigReference").get("URI"))  # type: ignore[union-attr, arg-type]
        listed = {
            unquote(one.get("URI") or ""): (
                DIGESTS.get(one.find(f"{DS}DigestMethod").get("Algorithm"), ""),  # type: ignore[union-attr, arg-type]
                base64.b64decode(one.findtext(f"{DS}DigestValue") or "", validate=False),
            )
            for one in root.iter(f"{ASIC}DataObjectReference")
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise JudgedError("malformed") from error
    if not listed:
        raise JudgedError("unsigned_member")
    return signature, listed


def _listed_faults(members: Mapping[str, bytes], listed: dict[str, tuple[str, bytes]]) -> list[Reason]:
    found = []
    for name, (digest, value) in listed.items():
        if name not in members:
            found.append(why.reason("missing_member"))
        elif not digest:
            found.append(why.reason("unsupported"))
        elif digest in WEAK_DIGESTS:
            found.append(why.reason("weak_digest"))
        elif messages.digest_of(members[name], digest) != value:
            found.append(why.reason("content_changed"))
    return found
