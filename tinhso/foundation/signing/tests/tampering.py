"""Ways to spoil a signed PDF."""

import io
import re
import zlib
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tinhso.foundation.files.tests import factories as files


def updated(content: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """A lawful-looking incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def byte_of_content(content: bytes) -> bytes:
    place = content.index(b"Quyet dinh") if b"Quyet dinh" in content else content.index(b"stream") + 10
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def byte_of_signature(content: bytes) -> bytes:
    """One bit of the last signature value inside the first /Contents (of the signer or of its timestamp)."""
    found = re.search(rb"<([0-9a-fA-F]{2000,})>", content)
    assert found
    der = bytearray(bytes.fromhex(found[1].decode()))
    der[len(bytes(der).rstrip(b"\0")) - 20] ^= 1
    return content[: found.start(1)] + bytes(der).hex().encode() + content[found.end(1) :]


def shorter_range(content: bytes) -> bytes:
    return _range(content, lambda a, b, c, d: (a, b, c, d - 500))


def range_from_ten(content: bytes) -> bytes:
    return _range(content, lambda a, b, c, d: (a + 10, b - 10, c, d))


def range_with_hole(content: bytes) -> bytes:
    """The hole of the signature reaches over what stands behind it."""
    return _range(content, lambda a, b, c, d: (a, b, c + 60, d - 60))


def _range(content: bytes, change: Callable[..., tuple[int, ...]]) -> bytes:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]( *)", content)
    assert found
    made = b"/ByteRange [%d %d %d %d]" % change(*map(int, found.groups()[:4]))
    return content[: found.start()] + made.ljust(len(found[0])) + content[found.end() :]


def hidden_in_gap(content: bytes) -> bytes:
    """Foreign bytes in the zeros reserved for the signature: outside of everything digested."""
    found = max(re.finditer(rb"0{200,}>", content), key=lambda one: len(one[0]))
    place = found.end() - 101
    return content[:place] + b"deadbeef" * 10 + content[place + 80 :]


def garbage_behind(content: bytes) -> bytes:
    return content + b"\n% something of somebody else"


def garbage_with_end_mark(content: bytes) -> bytes:
    """Behind the file, with the same startxref and an end mark of its own: the library sees no new revision."""
    place = content[content.rindex(b"startxref") :].split()[1]
    return content + b"\n5 0 obj<</A/B>>endobj\nstartxref\n" + place + b"\n%%EOF\n"


def zip_behind(content: bytes) -> bytes:
    return content + files.archive({"a.txt": b"other"})


def something_before(content: bytes) -> bytes:
    return b"GIF89a" + content


def page_replaced(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (So tien khac) Tj ET")
        page[pdf_name("/Contents")] = writer.add_object(stream)
        writer.update_container(page)

    return updated(content, change)


def overlay(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        note = generic.DictionaryObject({
            pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 600, 300, 650))),
            pdf_name("/Contents"): generic.pdf_string("9.000.000.000"),
            pdf_name("/DA"): generic.pdf_string("/F1 12 Tf"),
        })  # fmt: skip
        reference = writer.add_object(note)
        page[pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", []), reference])
        writer.update_container(page)

    return updated(content, change)


def javascript(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        action = generic.DictionaryObject(
            {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("1")}
        )
        writer.root[pdf_name("/OpenAction")] = writer.add_object(action)
        writer.update_root()

    return updated(content, change)


def page_added(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        page = generic.DictionaryObject({
            pdf_name("/Type"): pdf_name("/Page"), pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
        })  # fmt: skip
        pages["/Kids"].append(writer.add_object(page))
        pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
        writer.update_container(pages)

    return updated(content, change)


def empty_field_added(content: bytes) -> bytes:
    """A visible signature field nobody signed, laid over the text."""
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    return updated(
        content, lambda w: append_signature_field(w, SigFieldSpec("Che", on_page=0, box=(50, 600, 300, 650)))
    )


def store_with_a_page(content: bytes) -> bytes:
    """What looks like validation data, and changes the page beside."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        store = generic.DictionaryObject(
            {pdf_name("/Type"): pdf_name("/DSS"), pdf_name("/Certs"): generic.ArrayObject()}
        )
        writer.root[pdf_name("/DSS")] = writer.add_object(store)
        page = writer.root["/Pages"]["/Kids"][0]
        page[pdf_name("/Rotate")] = generic.NumberObject(180)
        writer.update_container(page)
        writer.update_root()

    return updated(content, change)


def signature_removed(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        form[pdf_name("/Fields")] = generic.ArrayObject()
        writer.update_container(form)
        writer.update_root()

    return updated(content, change)


def metadata_replaced(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name("/Lang")] = generic.pdf_string("en-US")
        writer.update_root()

    return updated(content, change)


def form_filled(content: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/V")] = generic.pdf_string("9.000.000")
        writer.update_container(field)

    return updated(content, change)


def title_changed(content: bytes) -> bytes:
    return updated(
        content,
        lambda w: w.set_info(generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Quyết định khác")})),
    )


def described_otherwise(content: bytes) -> bytes:
    """Another XMP description, which programs show as title."""
    said = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li
    xml:lang="x-default">other</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>
    </x:xmpmeta>"""

    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name("/Metadata")] = writer.add_object(generic.StreamObject(stream_data=said))
        writer.update_root()

    return updated(content, change)


def idle_revision(content: bytes) -> bytes:
    """A revision that brings an object nobody uses: a place to hide things for programs that read otherwise."""
    return updated(content, lambda w: w.add_object(generic.pdf_string("nothing")))


def cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def doubled(content: bytes) -> bytes:
    return content + content


def packed(content: bytes) -> bytes:
    """Nothing of a PDF any more."""
    return zlib.compress(content)


SPOILED: dict[Callable[[bytes], bytes], set[str]] = {
    byte_of_content: {"content_changed"},
    byte_of_signature: {"signature_broken", "timestamp_broken"},
    shorter_range: {"content_changed", "not_whole_file"},
    range_from_ten: {"byte_range"},
    range_with_hole: {"hidden_bytes"},
    hidden_in_gap: {"hidden_bytes"},
    garbage_behind: {"appended_bytes"},
    garbage_with_end_mark: {"appended_bytes"},
    zip_behind: {"polyglot"},
    something_before: {"polyglot"},
    page_replaced: {"shadow_change"},
    overlay: {"shadow_change"},
    javascript: {"shadow_change"},
    page_added: {"shadow_change"},
    empty_field_added: {"shadow_change"},
    store_with_a_page: {"shadow_change"},
    metadata_replaced: {"shadow_change"},
    title_changed: {"shadow_change"},
    described_otherwise: {"shadow_change"},
    idle_revision: {"shadow_change"},
    cut_off: {"damaged"},
    doubled: set(),
    packed: {"unknown_kind"},
}
