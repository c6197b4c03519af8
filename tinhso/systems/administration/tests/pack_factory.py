"""A small sound pack in a folder, for tests that spoil one thing in it."""

import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

TAY_NINH = settings.BASE_DIR / "packs" / "tay_ninh"

TABLES = {
    "units.csv": """key,name,kind,parent,place_code,valid_from,valid_to,successor,order
tinh,Ủy ban nhân dân tỉnh Mẫu,province,,80,2020-01-01,,,0
xa,Ủy ban nhân dân xã Mẫu,commune,tinh,25459,2025-07-01,,,1
mot-cua-xa,Bộ phận Một cửa xã Mẫu,desk,xa,25459,2025-07-01,,,1
police-xa,Công an xã Mẫu,department,tinh,25459,2025-07-01,,,2
xa-cu,Ủy ban nhân dân xã Cũ,commune,tinh,25460,2020-01-01,2025-07-01,xa,9
""",
    "agency_codes.csv": """code,scheme,unit,valid_from,valid_to,successor,note
H99,qd20,tinh,2020-01-01,,,
H99.101,qd20,xa,2025-07-01,,,
000.01.02.H99,qcvn102,xa-cu,2020-01-01,2025-07-01,H99.101,
""",
    "places.csv": """code,name,kind,parent,valid_from,valid_to
80,Tỉnh Mẫu,province,,2020-01-01,
25459,Xã Mẫu,commune,80,2025-07-01,
25460,Xã Cũ,commune,80,2020-01-01,2025-07-01
""",
    "place_successions.csv": """kind,old_code,old_from,new_code,new_from,share
commune,25460,2020-01-01,25459,2025-07-01,whole
""",
    "posts.csv": """key,unit,role,title,order,valid_from,valid_to
xa/specialist-1,xa,specialist,Công chức tư pháp – hộ tịch,1,2025-07-01,
xa/leader-1,xa,leader,Chủ tịch,2,2025-07-01,
""",
    "people.csv": """key,name,identity_number,email,phone
cb-1,Trần Thị Một,,,
cb-2,Lê Văn Hai,,,
""",
    "assignments.csv": """post,person,valid_from,valid_to,decision
xa/specialist-1,cb-1,2025-07-01,,
xa/leader-1,cb-2,2025-07-01,,
""",
    "fees.csv": """procedure,key,kind,name,amount,per,channel,condition,formula,note,legal_basis
1.001193,main,le_phi,Lệ phí,8000,dossier,,is_late = true,,,Thông tư 85/2019/TT-BTC
""",
    "fee_rules.csv": """key,procedure,fee,kind,effect,value,condition,explanation,legal_basis,valid_from,valid_to
ngheo,,,le_phi,exempt,0,payer_group = "poor",Miễn cho hộ nghèo,Luật Phí và lệ phí,2017-01-01,
""",
    "bindings.csv": """procedure,process,form,limit_value,limit_unit,cutoff,handling,result_code,result_name,channels,\
legal_basis
1.001193,standard_commune,generic_request,0,working_days,15:00,commune,KQ.1,Giấy khai sinh,online;desk,Luật Hộ tịch
""",
    "binding_parts.csv": "procedure,key,name,part_procedure,unit,limit_value,limit_unit,cutoff,after,legal_basis\n",
    "synonyms.csv": "said,meant\ngiấy chứng sinh,khai sinh\n",
    "demo_accounts.csv": """username,name,kind,identity_number,assurance,person,role_label,email,phone
chuyenvien,,official,,2,cb-1,Chuyên viên,,
""",
}

PAPER = {
    "key": "chung_sinh",
    "name": "Giấy chứng sinh",
    "originals": 1,
    "copies": 0,
    "required": True,
    "case": "",
    "form_name": "",
    "note": "",
    "is_shown_only": False,
}


def procedure(**changes: Any) -> dict[str, Any]:
    return {
        "code": "1.001193",
        "name": "Thủ tục đăng ký khai sinh",
        "field": "Hộ tịch",
        "agency_level": ["Cấp xã"],
        "popularity": 100,
        "essential": True,
        "local": {"plain_name": "Khai sinh cho con", "keywords": ["làm khai sinh"], "papers": [PAPER]},
        **changes,
    }


def write_pack(folder: Path, **tables: str) -> Path:
    """A pack of one commune; `tables` replaces files, named with __ for the dot (`units__csv="…"`)."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"format": 1, "name": "Tỉnh Mẫu", "province_unit": "tinh", "effective_from": "2025-07-01"}
    texts = {
        "pack.json": json.dumps(head, ensure_ascii=False),
        "procedures.jsonl": json.dumps(procedure(), ensure_ascii=False) + "\n",
        **TABLES,
        **{name.replace("__", "."): text for name, text in tables.items()},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "processes").mkdir()
    shutil.copy(TAY_NINH / "processes" / "standard_commune.bpmn", folder / "processes")
    (folder / "forms").mkdir()
    shutil.copy(TAY_NINH / "forms" / "generic_request.json", folder / "forms")
    if (TAY_NINH / "forms" / "lists").is_dir():
        shutil.copytree(TAY_NINH / "forms" / "lists", folder / "forms" / "lists")
    (folder / "messages").mkdir()
    (folder / "messages" / "dossier_received.txt").write_text(
        "Đã nhận hồ sơ {{ code }}\n\nXin chờ.\n", encoding="utf-8"
    )
    return folder
