"""ASiC-E with CAdES (gói ký số): files, a manifest of their digests, one signature over the manifest."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping

from lxml import etree
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimestampRequestError

from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.judging.containers import ASIC, MIMETYPE
from tinhso.foundation.signing.judging.xml import DS
from tinhso.foundation.signing.pades import DIGEST, NotSignableError, Proof, Signed

SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MANIFEST, SIGNATURE = "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"


def pack(files: Mapping[str, bytes], signer: Signer, *, proof: Proof) -> Signed:
    """A signed package of files by name; B-T where the timestamp service answers, else B-B. Raises NotSignableError."""
    if not files or any(name.startswith(("META-INF/", "/")) or name == "mimetype" or ".." in name for name in files):
        raise NotSignableError("Tên tệp trong gói không hợp lệ.")
    manifest = _manifest(files)
    for level, stamper in (("B-T", proof.stamper), ("B-B", None)):
        if level == "B-T" and stamper is None:
            continue
        try:
            made = loops.run(
                signer.async_sign_general_data(manifest, DIGEST, use_cades=True, detached=True, timestamper=stamper)
            )
        except (EvidenceUnavailableError, TimestampRequestError, OSError):
            continue
        return Signed(_zipped({**files, MANIFEST: manifest, SIGNATURE: made.dump()}), level)
    raise NotSignableError("Không ký được gói này.")


def _manifest(files: Mapping[str, bytes]) -> bytes:
    root = etree.Element(f"{ASIC}ASiCManifest", nsmap={"asic": ASIC[1:-1], "ds": DS[1:-1]})
    etree.SubElement(root, f"{ASIC}SigReference", URI=SIGNATURE, MimeType="application/pkcs7-signature")
    for name, content in files.items():
        one = etree.SubElement(root, f"{ASIC}DataObjectReference", URI=name)
        etree.SubElement(one, f"{DS}DigestMethod", Algorithm=SHA256)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        etree.SubElement(one, f"{DS}DigestValue").text = digest
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE)  # first and not compressed, as the standard wants
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
