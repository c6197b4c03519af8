"""ASiC-E with CAdES (gói ký số): manifests name the files and their digests, signatures cover the manifests."""

import base64
import io
import zipfile
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote

from lxml import etree

from tinhso.foundation.signing.judging import cms, messages
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.certificates import WEAK_DIGESTS
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
DIGESTS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
MAX_ENTRIES, MAX_UNPACKED = 1_000, 250_000_000  # all of it stands in memory, and twice while it is unpacked
MAX_XML = 20_000_000  # bytes; its tree takes thirty times as much


async def judge(content: bytes, trust: TrustList, now: datetime) -> tuple[tuple[Finding, ...], list[Reason]]:
    """Raises JudgedError."""
    members = _members(content)
    manifests = [name for name in members if PurePosixPath(name).match("META-INF/ASiCManifest*.xml")]
    if not manifests:
        signed = any(name.startswith("META-INF/") and "signature" in name.lower() for name in members)
        raise JudgedError("unsupported" if signed else "unsigned")
    found: list[Finding] = []
    of_file: list[Reason] = []
    covered: set[str] = set()
    for name in sorted(manifests):
        signature, listed = _manifest(members[name])
        of_file += _listed_faults(members, listed)
        covered |= set(listed)
        if signature not in members:
            of_file.append(why.reason("missing_member"))
            continue
        signed_data = cms.opened(members[signature])
        found += await cms.judge_signers(signed_data, members[name], trust, now, field=signature, format="CAdES")
    loose = {name for name in members if name != "mimetype" and not name.startswith("META-INF/")} - covered
    signatures = {name for name in members if name.startswith("META-INF/") and name.endswith((".p7s", ".xml"))}
    if loose or any("signature" in name.lower() and name.endswith(".xml") for name in signatures):
        of_file.append(why.reason("unsigned_member"))
    return tuple(found), list(messages.once(of_file))


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
    if archive.read("mimetype").strip() != MIMETYPE:
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


def read_xml(content: bytes) -> etree._Element:
    """Without entities, network and document types. Raises JudgedError."""
    if len(content) > MAX_XML:
        raise JudgedError("too_large")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise JudgedError("active_declaration")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=True, remove_comments=False)  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise JudgedError("damaged") from error
    if root.getroottree().docinfo.doctype:
        raise JudgedError("active_declaration")
    return root


def _listed_faults(members: dict[str, bytes], listed: dict[str, tuple[str, bytes]]) -> list[Reason]:
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
